import { platforms as allPlatforms } from "../contract/platform.ts";
import { listNewerEntries } from "../desired-state/change-desired-entries.ts";
import { coverageOf } from "../desired-state/coverage.ts";
import { countOutcomes, type OutcomeQuery } from "../fleet-status/count-outcomes.ts";
import { onlineSinceMs } from "../fleet-status/online-since.ts";
import { platformsOfVersion } from "../packages/find-version.ts";
import type { Services } from "../platform/services.ts";
import { foldIntoStages, type StageOutcomes } from "./progress-counts.ts";
import { clusterPlanOf, type LoadedRelease } from "./release-rows.ts";
import { stageReach } from "./stage-reach.ts";

/** Where the machines of each stage of a cluster stand now, open or not. */
export async function readOutcomes(
  services: Services,
  release: LoadedRelease,
  clusterId: string,
): Promise<StageOutcomes[]> {
  const { row } = release;
  const plan = clusterPlanOf(release, clusterId);
  const reach = stageReach(row.plan, plan);
  const newer = coverageOf(
    await listNewerEntries(services.db, clusterId, row.agentName, row.timestampMs),
  );
  const query = await outcomeQuery(services, release, clusterId, [
    ...new Set([...reach.grayMachineIds, ...newer.named]),
  ]);
  return foldIntoStages(plan.stages.length, reach, await countOutcomes(services.db, query), newer);
}

export async function outcomeQuery(
  services: Services,
  { row }: LoadedRelease,
  clusterId: string,
  named: readonly string[],
): Promise<OutcomeQuery> {
  const { agentName, version, plan } = row;
  return {
    ...{ clusterId, agentName, version, named, releaseId: row.id },
    machineTypes: plan.machineTypes,
    platforms:
      version === null ? allPlatforms : await platformsOfVersion(services.db, agentName, version),
    onlineSinceMs: onlineSinceMs(services),
  };
}
