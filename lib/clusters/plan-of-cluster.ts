import type { ReleasePlan } from "../contract/release-plan.ts";

/** What a cluster's master is told of a plan: what concerns other clusters stays with manage. */
export function planOfCluster(plan: ReleasePlan, clusterId: string): ReleasePlan {
  return { ...plan, clusters: plan.clusters.filter((one) => one.clusterId === clusterId) };
}
