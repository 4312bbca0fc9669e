import { eq } from "drizzle-orm";
import { releases } from "../../drizzle/schema/releases.ts";
import { lockAgent } from "../packages/find-version.ts";
import { ProblemError } from "../platform/problem-error.ts";
import { refuseKnownBad } from "./check-known-bad.ts";
import { checkPlan } from "./check-plan.ts";
import type { Transition } from "./engine/transitions.ts";
import { applyVerb } from "./engine/verbs.ts";
import { type LoadedRelease, nextTimestampMs } from "./release-rows.ts";
import { type StoreContext, type Stored, storeTransitions } from "./store-transitions.ts";

export type Conclusion = { outcome: "approved" | "denied" | "expired"; remark: string };

/**
 * Starts a release that has waited for approval, or ends it. The world went on meanwhile: its plan is
 * checked again, and it is as new as the moment of its start, or a release of the same agent that was
 * made and carried out in between would win over it.
 * @throws ProblemError release_not_running, invalid_request
 */
export async function concludeApproval(
  context: StoreContext,
  release: LoadedRelease,
  { outcome, remark }: Conclusion,
): Promise<Stored> {
  if (outcome === "expired") return storeTransitions(context, release, [expired]);
  const approved = outcome === "approved";
  const ready = approved ? await renew(context, release) : release;
  const { nowMs, ctx } = context;
  const order = { verb: approved ? "start" : "abort", actor: ctx.actor.name, remark } as const;
  const said = applyVerb(ready.record, order, nowMs);
  if (!said.allowed)
    throw new ProblemError("release_not_running", `The release cannot go on: ${said.reason}.`);
  return storeTransitions(context, ready, said.transitions);
}

const expired: Transition = {
  ...{ kind: "abort", reason: { code: "approvalExpired", values: {} } },
  event: { kind: "approvalExpired", values: {} },
};

async function renew({ tx, nowMs }: StoreContext, release: LoadedRelease): Promise<LoadedRelease> {
  const { id, agentName, plan } = release.row;
  await lockAgent(tx, agentName);
  await checkPlan(tx, plan);
  await refuseKnownBad(tx, plan);
  const timestampMs = await nextTimestampMs(tx, agentName, nowMs);
  await tx.update(releases).set({ timestampMs }).where(eq(releases.id, id));
  return {
    ...release,
    row: { ...release.row, timestampMs },
    record: { ...release.record, timestampMs },
  };
}
