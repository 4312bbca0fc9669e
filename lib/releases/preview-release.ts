import { findClusterMasters } from "../clusters/find-cluster-master.ts";
import { findClusters } from "../clusters/find-clusters.ts";
import type { ReleasePreview } from "../contract/console-views.ts";
import type { ReleasePlan } from "../contract/release-plan.ts";
import type { Services } from "../platform/services.ts";
import { checkPlan } from "./check-plan.ts";
import { checkRemoteGray } from "./check-remote-gray.ts";
import { shownOf, writePreviewId } from "./preview-id.ts";
import { refuseUnsigned } from "./refuse-unsigned.ts";
import { resolveGray } from "./resolve-gray.ts";

/**
 * What a plan would do, per cluster and stage, as the fleet is now. Confirm it with its id: a release
 * is refused when more machines would change by then than were shown.
 * @throws ProblemError invalid_request · unavailable (a remote master does not answer)
 */
export async function previewRelease(
  services: Services,
  asked: ReleasePlan,
): Promise<ReleasePreview> {
  return previewResolved(services, asked, await resolveGray(services, asked));
}

/** `plan`: what was asked for, with its gray machines found. */
export async function previewResolved(
  services: Services,
  asked: ReleasePlan,
  plan: ReleasePlan,
): Promise<ReleasePreview> {
  await checkPlan(services.db, plan);
  await refuseUnsigned(services, plan);
  await checkRemoteGray(services, plan);
  const clusterIds = plan.clusters.map((cluster) => cluster.clusterId);
  const names = await findClusters(services.db, clusterIds);
  const masters = await findClusterMasters(services, clusterIds);
  const clusters: ReleasePreview["clusters"] = [];
  for (const cluster of plan.clusters) {
    const { clusterId } = cluster;
    const preview = await masters.get(clusterId)!.preview(plan, cluster);
    clusters.push({ clusterId, clusterName: names.get(clusterId) ?? clusterId, ...preview });
  }
  return { previewId: writePreviewId(shownOf(asked, plan, clusters)), clusters };
}
