import type { ReleasePlan } from "../contract/release-plan.ts";
import { onlineSinceMs } from "../fleet-status/online-since.ts";
import { listGrayCandidates } from "../machines/list-gray-candidates.ts";
import { type InputIssue, ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import { selectGrayMachines } from "./engine/select-gray.ts";
import { ringSaltOf } from "./ring-salt.ts";

/**
 * Gray stages that say which machines, not who, get their names now: what was released stays what was
 * shown, whoever joins later.
 * @throws ProblemError invalid_request when nothing is found
 */
export async function resolveGray(services: Services, plan: ReleasePlan): Promise<ReleasePlan> {
  const resolved = structuredClone(plan);
  const issues: InputIssue[] = [];
  for (const [clusterIndex, { clusterId, stages }] of resolved.clusters.entries())
    for (const [stageIndex, stage] of stages.entries()) {
      if (stage.kind !== "gray" || !stage.select || stage.machineIds.length > 0) continue;
      const candidates = await listGrayCandidates(services.db, {
        ...{ clusterId, machineTypes: plan.machineTypes },
        onlineSinceMs: onlineSinceMs(services),
      });
      stage.machineIds = selectGrayMachines(candidates, stage.select, ringSaltOf(plan));
      if (stage.machineIds.length > 0) continue;
      const path = `clusters.${clusterIndex}.stages.${stageIndex}.select`;
      issues.push({ path, message: `no machine of cluster ${clusterId} is like that` });
    }
  if (issues[0])
    throw new ProblemError(
      "invalid_request",
      `The plan cannot be released: ${issues[0].message}.`,
      {
        issues,
      },
    );
  return resolved;
}
