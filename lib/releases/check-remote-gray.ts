import { findClusterMasters } from "../clusters/find-cluster-master.ts";
import type { ReleasePlan } from "../contract/release-plan.ts";
import type { Services } from "../platform/services.ts";
import { checkGrayMachines, refuseIssues } from "./check-plan.ts";

/**
 * Asks the masters of remote clusters about the machines that a plan names there. Not part of
 * checkPlan, which runs inside transactions.
 * @throws ProblemError invalid_request · unavailable
 */
export async function checkRemoteGray(services: Services, plan: ReleasePlan): Promise<void> {
  const masters = await findClusterMasters(
    services,
    plan.clusters.map(({ clusterId }) => clusterId),
  );
  const issues = await checkGrayMachines(plan, async (clusterId, machineIds) => {
    const master = masters.get(clusterId);
    return master?.url ? master.findMachines(machineIds) : null;
  });
  refuseIssues(issues);
}
