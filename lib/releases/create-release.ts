import { releaseClusters } from "../../drizzle/schema/release-clusters.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import { requirePermission } from "../access/require-permission.ts";
import type { ReleasePlan } from "../contract/release-plan.ts";
import { lockAgent } from "../packages/find-version.ts";
import type { Transaction } from "../platform/database.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { changeRelease } from "./change-release.ts";
import { checkPlan } from "./check-plan.ts";
import { refuseDrift } from "./refuse-drift.ts";
import { type LoadedRelease, loadRelease, nextTimestampMs } from "./release-rows.ts";

/**
 * Creates a release and starts it: the first stage of the first cluster is open when this returns.
 * With the id of a preview it is refused when the world has drifted since.
 * @throws ProblemError invalid_request (with the place in the plan), conflict
 */
export async function createRelease(
  services: Services,
  ctx: RequestContext,
  { plan, previewId }: { plan: ReleasePlan; previewId?: string | undefined },
): Promise<{ id: number }> {
  for (const { clusterId } of plan.clusters)
    requirePermission(ctx, "releases.write", { clusterId, agentName: plan.agentName });
  await checkPlan(services.db, plan);
  if (previewId !== undefined) await refuseDrift(services, plan, previewId);
  const release = await changeRelease(
    services,
    ctx,
    (tx) => insertRelease(tx, ctx, plan, services.now()),
    async (change) => {
      const { agentName, version } = plan;
      await change.event("created", { agent: agentName, version: version ?? "" });
      change.setState("running");
      await change.event("started");
      await change.openStages(change.release.clusters[0]!, 0);
      await change.audit("release.created");
    },
  );
  return { id: release.row.id };
}

async function insertRelease(
  tx: Transaction,
  ctx: RequestContext,
  plan: ReleasePlan,
  nowMs: number,
): Promise<LoadedRelease> {
  const { agentName, version, note } = plan;
  await lockAgent(tx, agentName);
  // Again, now that nobody can delete the package.
  await checkPlan(tx, plan);
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
  return loadRelease(tx, releaseId);
}
