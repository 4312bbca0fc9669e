import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { applyVerb } from "./apply-verb.ts";
import { clusterPlanOf, currentCluster } from "./release-rows.ts";

/**
 * Opens all stages that remain in the cluster whose turn it is, without waiting for their gates. The
 * clusters after it still come in their order, each with its own stages and its verification.
 */
export async function continueReleaseWithEverything(
  services: Services,
  ctx: RequestContext,
  { releaseId, remark = "" }: { releaseId: number; remark?: string },
): Promise<void> {
  await applyVerb(services, ctx, "continueAll", releaseId, async (change) => {
    const cluster = currentCluster(change.release);
    if (!cluster) throw new Error(`release ${releaseId} has no cluster to continue in`);
    change.setState("running");
    await change.event("continuedWithEverything", { clusterId: cluster.clusterId, remark });
    const { stages } = clusterPlanOf(change.release, cluster.clusterId);
    await change.openStages(cluster, stages.length - 1);
    await change.audit("release.continued-with-everything", cluster.clusterId);
  });
}
