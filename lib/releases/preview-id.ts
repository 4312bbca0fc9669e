import { createHash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { z } from "zod";
import type { ReleasePreview } from "../contract/console-views.ts";
import type { ReleasePlan } from "../contract/release-plan.ts";
import { ProblemError } from "../platform/problem-error.ts";

const count = z.number().int().nonnegative();

/** Of a stage: machines that change, now or on their return, and from which version ("": none). */
const ShownStage = z.object({ machines: count, from: z.record(z.string(), count) });
const ShownCluster = z.object({
  clusterId: z.string(),
  stages: z.array(ShownStage),
  /** Of a gray stage that says which, not who: hashes of those that were found. null: it names them. */
  gray: z.array(count).nullable(),
});
export const Shown = z.object({ plan: z.string(), clusters: z.array(ShownCluster) });
export type Shown = z.infer<typeof Shown>;

const bytesMax = 4 * 1024 * 1024;

/** What somebody saw: the plan as they asked for it, the one with its gray machines found, and the counts. */
export function shownOf(
  asked: ReleasePlan,
  resolved: ReleasePlan,
  clusters: ReleasePreview["clusters"],
): Shown {
  return {
    plan: planDigest(asked),
    clusters: clusters.map(({ clusterId, stages }, index) => ({
      clusterId,
      stages: stages.map(({ change, offline, fromVersions }) => ({
        machines: change + offline,
        from: Object.fromEntries(
          fromVersions.map(({ version, machines }) => [version ?? "", machines]),
        ),
      })),
      gray: foundGray(asked.clusters[index], resolved.clusters[index]),
    })),
  };
}

function foundGray(
  asked: ReleasePlan["clusters"][number] | undefined,
  resolved: ReleasePlan["clusters"][number] | undefined,
): number[] | null {
  const isAsked = asked?.stages.some(({ kind, ...stage }) =>
    kind === "gray" && "machineIds" in stage ? stage.machineIds.length === 0 : false,
  );
  if (!isAsked) return null;
  const found = resolved?.stages.flatMap((stage) =>
    stage.kind === "gray" ? stage.machineIds : [],
  );
  return (found ?? []).map(shortHash);
}

/** Names the plan and what was shown. It holds no secret and gives no right; it only says "this one". */
export function writePreviewId(shown: Shown): string {
  return deflateRawSync(JSON.stringify(shown)).toString("base64url");
}

/** @throws ProblemError invalid_request */
export function readPreviewId(previewId: string): Shown {
  try {
    const bytes = Buffer.from(previewId, "base64url");
    const text = inflateRawSync(bytes, { maxOutputLength: bytesMax }).toString("utf8");
    return Shown.parse(JSON.parse(text));
  } catch (cause) {
    throw new ProblemError("invalid_request", "This is not the id of a preview.", { cause });
  }
}

export function planDigest(plan: ReleasePlan): string {
  return createHash("sha256").update(JSON.stringify(plan)).digest("hex").slice(0, 16);
}

function shortHash(machineId: string): number {
  return createHash("sha256").update(machineId).digest().readUInt32BE();
}
