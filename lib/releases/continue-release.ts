import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { applyVerb } from "./apply-verb.ts";
import { clusterPlanOf, currentCluster } from "./release-rows.ts";

/**
 * Paused → running, from where it stopped. Running and waiting for a person → the next stage opens.
 */
export async function continueRelease(
  services: Services,
  ctx: RequestContext,
  { releaseId, remark = "" }: { releaseId: number; remark?: string },
): Promise<void> {
  await applyVerb(services, ctx, "continue", releaseId, async (change) => {
    const wasPaused = change.release.row.state === "paused";
    change.setState("running");
    await change.event("continued", { remark });
    const cluster = currentCluster(change.release);
    if (!wasPaused && cluster) {
      const last = clusterPlanOf(change.release, cluster.clusterId).stages.length - 1;
      await change.openStages(cluster, Math.min(cluster.stageIndex + 1, last));
    }
    // A cluster that was rolled back or verified while paused leaves the next one to begin.
    if (wasPaused) await change.openNextCluster();
    await change.audit("release.continued");
  });
}
