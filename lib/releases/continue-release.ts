import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { applyVerb } from "./apply-verb.ts";
import type { ReleaseChange } from "./change-release.ts";
import { clusterPlanOf, currentCluster } from "./release-rows.ts";

/**
 * Paused → running, from where it stopped; failures that had stopped it are accepted, further ones
 * stop it again. Running and waiting for a person → the next stage opens.
 */
export async function continueRelease(
  services: Services,
  ctx: RequestContext,
  { releaseId, remark = "" }: { releaseId: number; remark?: string },
): Promise<void> {
  await applyVerb(services, ctx, "continue", releaseId, async (change) => {
    const { state, stateReason } = change.release.row;
    const wasPaused = state === "paused";
    const accepted =
      stateReason?.code === "gateFailed" ? acceptFailures(stateReason, change) : null;
    change.setState("running", accepted);
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

type Reason = NonNullable<ReleaseChange["release"]["row"]["stateReason"]>;

/** Deadlines count anew, and the failures that are known by now no longer count. */
function acceptFailures({ values }: Reason, { nowMs }: ReleaseChange): Reason {
  return { code: "failuresAccepted", values: { ...values, sinceMs: nowMs } };
}
