import { findClusterMasters } from "../clusters/find-cluster-master.ts";
import type { ReleasePlan } from "../contract/release-plan.ts";
import type { InputIssue } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import { issueText, refuseIssues } from "./check-plan.ts";
import { ringSaltOf } from "./ring-salt.ts";

/**
 * Gray stages that say which machines, not who, get their names now: what was released stays what was
 * shown, whoever joins later.
 * @throws ProblemError invalid_request when nothing is found · unavailable (a remote master)
 */
export async function resolveGray(services: Services, plan: ReleasePlan): Promise<ReleasePlan> {
  const resolved = structuredClone(plan);
  const issues: InputIssue[] = [];
  const masters = await findClusterMasters(
    services,
    plan.clusters.map(({ clusterId }) => clusterId),
  );
  for (const [clusterIndex, { clusterId, stages }] of resolved.clusters.entries())
    for (const [stageIndex, stage] of stages.entries()) {
      if (stage.kind !== "gray" || !stage.select || stage.machineIds.length > 0) continue;
      const { machineTypes } = plan;
      const asked = { machineTypes, select: stage.select, ringSalt: ringSaltOf(plan) };
      // A cluster that does not exist is checkPlan's to complain about.
      stage.machineIds = (await masters.get(clusterId)?.selectGray(asked)) ?? [];
      if (stage.machineIds.length > 0) continue;
      const path = `clusters.${clusterIndex}.stages.${stageIndex}.select`;
      const message = `no machine of cluster ${clusterId} is like that`;
      issues.push({ path, ...issueText("nobodySelected", message, { clusterId }) });
    }
  refuseIssues(issues);
  return resolved;
}
