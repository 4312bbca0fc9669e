import { z } from "zod";
import { requirePermission } from "../access/require-permission.ts";
import { type AuditEntry, auditedTransaction } from "../audit/audited-transaction.ts";
import { publishPolicy } from "../change-control/publish-policy.ts";
import { wakeRebuild } from "../clusters/wake-rebuild.ts";
import type { AuditAction } from "../contract/audit-actions.ts";
import { ReleaseVerb } from "../contract/console-views.ts";
import type { VerbRefusal } from "../contract/release-vocabulary.ts";
import { liftOfRelease } from "../known-bad/lift-known-bad.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { auditedState } from "./audited-state.ts";
import { refuseToGoOn } from "./check-known-bad.ts";
import type { Transition } from "./engine/transitions.ts";
import { applyVerb } from "./engine/verbs.ts";
import { type LoadedRelease, lockRelease } from "./release-rows.ts";
import { type StoreContext, storeTransitions } from "./store-transitions.ts";

/** In paths verbs are written with dashes (roll-back); the names of the contract are taken as well. */
export const VerbInPath = z
  .string()
  .transform((text) => text.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()))
  .pipe(ReleaseVerb);

export type ReleaseOrder = {
  releaseId: number;
  verb: ReleaseVerb;
  /** For rollBack: only there. For verifyCluster: which one. */
  clusterId?: string | undefined;
  remark?: string | undefined;
};

/**
 * A person's word to a release: start, pause, continue, continueAll, rollBack, abort, verifyCluster.
 * The engine says whether it is allowed and what it means; here it is carried out in one transaction.
 * abort ends a release where it stands: what is open stays, and can still be rolled back.
 * @throws ProblemError forbidden, not_found, release_not_running with the reason as its issue
 */
export async function orderRelease(
  services: Services,
  ctx: RequestContext,
  order: ReleaseOrder,
): Promise<void> {
  const nowMs = services.now();
  const touched = await auditedTransaction(services, ctx, async (tx, audit) => {
    const release = await lockRelease(tx, order.releaseId);
    requireWrite(ctx, release);
    const transitions = decide(release, ctx, order, nowMs);
    const context = { services, tx, nowMs, ctx };
    await settleKnownBad(context, audit, release, order, transitions);
    const stored = await storeTransitions(context, release, transitions);
    await audit({
      action: actions[order.verb],
      subjectKind: "release",
      subjectId: String(order.releaseId),
      ...(order.clusterId ? { clusterId: order.clusterId } : {}),
      before: auditedState(release.record),
      after: { ...auditedState(stored.record), remark: order.remark ?? "" },
    });
    return stored.touchedClusters;
  });
  // A stop acts without touching documents: masters must hear of it now, not at their next reading.
  await publishPolicy(services);
  for (const clusterId of touched) await wakeRebuild(services, clusterId);
}

const goesOn: readonly ReleaseVerb[] = ["start", "continue", "continueAll"];

/** Failures that a person accepts are no mark on the version any more; other marks keep it from going on. */
async function settleKnownBad(
  { tx, ctx, nowMs: atMs }: StoreContext,
  audit: (entry: AuditEntry) => Promise<void>,
  { record }: LoadedRelease,
  { verb, remark = "" }: ReleaseOrder,
  transitions: readonly Transition[],
): Promise<void> {
  if (!goesOn.includes(verb)) return;
  if (transitions.some(({ kind }) => kind === "accept"))
    await liftOfRelease(tx, audit, record.id, { by: ctx.actor.name, remark, atMs });
  await refuseToGoOn(tx, record);
}

const actions: Record<ReleaseVerb, AuditAction> = {
  start: "release.started",
  pause: "release.paused",
  continue: "release.continued",
  continueAll: "release.continued-with-everything",
  rollBack: "release.rolled-back",
  abort: "release.aborted",
  verifyCluster: "release.cluster-verified",
};

function requireWrite(ctx: RequestContext, { row }: LoadedRelease): void {
  for (const { clusterId } of row.plan.clusters)
    requirePermission(ctx, "releases.write", { clusterId, agentName: row.agentName });
}

function decide(
  { record }: LoadedRelease,
  ctx: RequestContext,
  { verb, clusterId, remark, releaseId }: ReleaseOrder,
  nowMs: number,
): Transition[] {
  if (verb === "start" && record.state === "waitingForApproval")
    throw new ProblemError("forbidden", "A second person has to approve this release first.");
  const outcome = applyVerb(record, { verb, clusterId, remark, actor: ctx.actor.name }, nowMs);
  if (outcome.allowed) return outcome.transitions;
  throw new ProblemError(
    "release_not_running",
    `Release ${releaseId} ${refusalSentences[outcome.reason]}.`,
    { issues: [{ path: verb, message: outcome.reason }] },
  );
}

const refusalSentences: Record<VerbRefusal, string> = {
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
