import { releaseClusters } from "../../drizzle/schema/release-clusters.ts";
import { releaseEvents } from "../../drizzle/schema/release-events.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import { requirePermission } from "../access/require-permission.ts";
import { approvalReasons } from "../approvals/approval-reasons.ts";
import { askForApproval } from "../approvals/ask-for-approval.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { wakeRebuild } from "../clusters/wake-rebuild.ts";
import type { ReleasePlan } from "../contract/release-plan.ts";
import { lockAgent } from "../packages/find-version.ts";
import type { Transaction } from "../platform/database.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { auditedState } from "./audited-state.ts";
import { refuseKnownBad } from "./check-known-bad.ts";
import { checkPlan } from "./check-plan.ts";
import { checkRemoteGray } from "./check-remote-gray.ts";
import { applyVerb } from "./engine/verbs.ts";
import { refuseDrift } from "./refuse-drift.ts";
import { refuseUnsigned } from "./refuse-unsigned.ts";
import { type LoadedRelease, loadRelease, nextTimestampMs } from "./release-rows.ts";
import { resolveGray } from "./resolve-gray.ts";
import { storeTransitions } from "./store-transitions.ts";

/**
 * Creates a release and starts it: the first stage of the first cluster is open when this returns,
 * unless it passes a limit of the configuration and waits for a second person.
 * With the id of a preview it is refused when the world has drifted since.
 * @throws ProblemError invalid_request (with the place in the plan), conflict
 */
export async function createRelease(
  services: Services,
  ctx: RequestContext,
  request: { plan: ReleasePlan; previewId?: string | undefined },
): Promise<{ id: number }> {
  const { agentName, clusters } = request.plan;
  for (const { clusterId } of clusters)
    requirePermission(ctx, "releases.write", { clusterId, agentName });
  const plan = await resolveGray(services, request.plan);
  await checkPlan(services.db, plan);
  await refuseKnownBad(services.db, plan);
  await refuseUnsigned(services, plan);
  await checkRemoteGray(services, plan);
  if (request.previewId !== undefined)
    await refuseDrift(services, { asked: request.plan, plan }, request.previewId);
  const reasons = await approvalReasons(services, ctx, plan);
  const needsApproval = reasons.length > 0;
  const nowMs = services.now();
  const { id, touchedClusters } = await auditedTransaction(services, ctx, async (tx, audit) => {
    const release = await insertDraft(tx, ctx, plan, nowMs);
    const order = { verb: "start", actor: ctx.actor.name, needsApproval } as const;
    const started = applyVerb(release.record, order, nowMs);
    if (!started.allowed) throw new Error(`a draft does not start: ${started.reason}`);
    const context = { services, tx, nowMs, ctx };
    const stored = await storeTransitions(context, release, started.transitions);
    const releaseId = release.row.id;
    if (needsApproval) await askForApproval(services, tx, ctx, { releaseId, reasons });
    await audit({
      action: needsApproval ? "release.approval-asked" : "release.created",
      subjectKind: "release",
      subjectId: String(releaseId),
      after: { ...auditedState(stored.record), plan, ...(needsApproval ? { reasons } : {}) },
    });
    return { id: releaseId, touchedClusters: stored.touchedClusters };
  });
  for (const clusterId of touchedClusters) await wakeRebuild(services, clusterId);
  return { id };
}

async function insertDraft(
  tx: Transaction,
  ctx: RequestContext,
  plan: ReleasePlan,
  nowMs: number,
): Promise<LoadedRelease> {
  const { agentName, version, note } = plan;
  await lockAgent(tx, agentName);
  // Again, now that nobody can delete the package, or mark the version.
  await checkPlan(tx, plan);
  await refuseKnownBad(tx, plan);
  const [inserted] = await tx
    .insert(releases)
    .values({
      ...{ agentName, version, plan, note, state: "draft", createdBy: ctx.actor.name },
      timestampMs: await nextTimestampMs(tx, agentName, nowMs),
      createdAtMs: nowMs,
    })
    .$returningId();
  const releaseId = inserted!.id;
  await tx.insert(releaseClusters).values(
    plan.clusters.map(({ clusterId }, position) => ({
      ...{ releaseId, clusterId, position, state: "waiting" as const, stageOpenedAtMs: [] },
    })),
  );
  await tx.insert(releaseEvents).values({
    ...{ releaseId, atMs: nowMs, kind: "created", actor: ctx.actor.name },
    detail: { agent: agentName, version: version ?? "" },
  });
  return loadRelease(tx, releaseId);
}
