import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { applyVerb, notAllowed } from "./apply-verb.ts";

/** A person says that the cluster is well: the next one begins, or the release is complete. */
export async function verifyCluster(
  services: Services,
  ctx: RequestContext,
  { releaseId, clusterId, remark = "" }: Verification,
): Promise<void> {
  await applyVerb(services, ctx, "verifyCluster", releaseId, async (change) => {
    const cluster = change.release.clusters.find(
      (one) =>
        one.state === "waitingForVerification" && (!clusterId || one.clusterId === clusterId),
    );
    if (!cluster) throw notAllowed("verifyCluster", releaseId, "nothingToVerify");
    await change.updateCluster(cluster, { state: "verified", verifiedBy: ctx.actor.name });
    change.setReason(null);
    await change.event("clusterVerified", { clusterId: cluster.clusterId, remark });
    await change.audit("release.cluster-verified", cluster.clusterId);
    await change.openNextCluster();
  });
}

type Verification = { releaseId: number; clusterId?: string | undefined; remark?: string };
