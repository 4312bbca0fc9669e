import { requirePermission } from "../access/require-permission.ts";
import type { ReleaseVerb } from "../contract/console-views.ts";
import type { VerbRefusal } from "../contract/release-vocabulary.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { changeRelease, type ReleaseChange } from "./change-release.ts";
import { type LoadedRelease, lockRelease, verbSubject } from "./release-rows.ts";
import { refusalOf } from "./release-verbs.ts";

/** What every verb does first: may this person, and may this release, now? */
export async function applyVerb(
  services: Services,
  ctx: RequestContext,
  verb: ReleaseVerb,
  releaseId: number,
  work: (change: ReleaseChange) => Promise<void>,
): Promise<void> {
  await changeRelease(
    services,
    ctx,
    async (tx) => {
      const release = await lockRelease(tx, releaseId);
      requireWrite(ctx, release);
      const refusal = refusalOf(verb, verbSubject(release));
      if (refusal) throw notAllowed(verb, releaseId, refusal);
      return release;
    },
    work,
  );
}

function requireWrite(ctx: RequestContext, { row }: LoadedRelease): void {
  for (const { clusterId } of row.plan.clusters)
    requirePermission(ctx, "releases.write", { clusterId, agentName: row.agentName });
}

const sentences: Record<VerbRefusal, string> = {
  notStarted: "has not started",
  alreadyStarted: "has started already",
  alreadyPaused: "is paused already",
  isPaused: "is paused: continue it first",
  ended: "has ended",
  rolledBack: "was rolled back",
  notWaitingForPerson: "is not waiting for a person: it goes on by itself when its gate holds",
  everythingIsOpen: "has opened everything in this cluster already",
  nothingToVerify: "has no cluster that waits for verification",
  nothingToRollBack: "has nothing open that could be taken back",
};

export function notAllowed(
  verb: ReleaseVerb,
  releaseId: number,
  refusal: VerbRefusal,
): ProblemError {
  return new ProblemError("release_not_running", `Release ${releaseId} ${sentences[refusal]}.`, {
    issues: [{ path: verb, message: refusal }],
  });
}
