import { createHash } from "node:crypto";
import { findClusterMasters } from "../clusters/find-cluster-master.ts";
import { findClusters } from "../clusters/find-clusters.ts";
import type { ReleasePreview } from "../contract/console-views.ts";
import type { ReleasePlan } from "../contract/release-plan.ts";
import type { Services } from "../platform/services.ts";
import { checkPlan } from "./check-plan.ts";
import { checkRemoteGray } from "./check-remote-gray.ts";
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
  const plan = await resolveGray(services, asked);
  await checkPlan(services.db, plan);
  await checkRemoteGray(services, plan);
  const clusterIds = plan.clusters.map((cluster) => cluster.clusterId);
  const names = await findClusters(services.db, clusterIds);
  const masters = await findClusterMasters(services, clusterIds);
  const clusters: ReleasePreview["clusters"] = [];
  for (const cluster of plan.clusters) {
    const { clusterId } = cluster;
    const stages = await masters.get(clusterId)!.previewStages(plan, cluster);
    clusters.push({ clusterId, clusterName: names.get(clusterId) ?? clusterId, stages });
  }
  return { previewId: previewIdOf(asked, clusters), clusters };
}

/** Names the plan and what was shown. It holds no secret and gives no right; it only says "this one". */
function previewIdOf(plan: ReleasePlan, clusters: ReleasePreview["clusters"]): string {
  const shown = clusters.map(({ stages }) => stages.map((stage) => stage.change + stage.offline));
  const text = JSON.stringify({ plan: planDigest(plan), shown });
  return Buffer.from(text).toString("base64url");
}

export function planDigest(plan: ReleasePlan): string {
  return createHash("sha256").update(JSON.stringify(plan)).digest("hex").slice(0, 16);
}
