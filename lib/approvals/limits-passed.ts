import type { ApprovalLimits } from "../access/config-schema.ts";
import { matches } from "../access/permissions.ts";
import type { ApprovalReason } from "../contract/approval-views.ts";
import type { ReleasePlan } from "../contract/release-plan.ts";

/**
 * Why a plan needs a second person; empty: it does not. `machinesOf` counts a cluster's machines of
 * whatever type, so the share is rather too high than too low.
 */
export function limitsPassed(
  limits: ApprovalLimits,
  plan: ReleasePlan,
  machinesOf: ReadonlyMap<string, number>,
): ApprovalReason[] {
  const reasons: ApprovalReason[] = [];
  if (limits.uninstalls && plan.version === null)
    reasons.push({ code: "uninstall", value: plan.agentName });
  if (limits.ifritAgent && plan.agentName === "ifrit-agent")
    reasons.push({ code: "ifritAgent", value: plan.agentName });
  for (const { clusterId } of plan.clusters)
    if (matches(limits.productionClusters, clusterId))
      reasons.push({ code: "productionCluster", value: clusterId });
  const share = shareOf(plan, machinesOf);
  if (limits.shareMax !== undefined && share > limits.shareMax)
    reasons.push({ code: "share", value: Math.ceil(share * 100) });
  return reasons;
}

/** Of the fleet's machines, 0 … 1. What nobody can count is taken for all of it. */
function shareOf({ clusters }: ReleasePlan, machinesOf: ReadonlyMap<string, number>): number {
  const fleet = [...machinesOf.values()].reduce((sum, count) => sum + count, 0);
  if (fleet === 0) return 1;
  const reached = clusters.reduce((sum, { clusterId, stages }) => {
    const machines = machinesOf.get(clusterId) ?? 0;
    const last = stages.at(-1)!;
    if (last.kind === "full") return sum + machines;
    if (last.kind === "batch") return sum + (machines * last.upToPercent) / 100;
    return sum + Math.min(last.machineIds.length, machines);
  }, 0);
  return reached / fleet;
}
