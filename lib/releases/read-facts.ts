import { freezeFacts } from "../change-control/freeze-facts.ts";
import { platforms as allPlatforms } from "../contract/platform.ts";
import { listNewerEntries } from "../desired-state/change-desired-entries.ts";
import { coverageOf } from "../desired-state/coverage.ts";
import { countLatelySilent } from "../fleet-status/count-lately-silent.ts";
import { countOutcomes } from "../fleet-status/count-outcomes.ts";
import { type EvidenceAge, evidenceAge } from "../fleet-status/evidence-age.ts";
import { onlineForMs } from "../fleet-status/online-since.ts";
import type { OutcomeCounts, OutcomeQuery } from "../fleet-status/outcome.ts";
import { budgetOfVersion, platformsOfVersion } from "../packages/find-version.ts";
import type { Services } from "../platform/services.ts";
import { type ClusterFacts, factsLimits, type ReleaseFacts } from "./engine/facts.ts";
import { planOf, type ReleaseRecord } from "./engine/release-record.ts";
import { readComparison } from "./read-facts-comparison.ts";
import { silenceFacts } from "./silence-facts.ts";
import { foldIntoStages } from "./stage-facts.ts";
import { regionsOfStages, stageReach } from "./stage-reach.ts";

/** What is known of every cluster that the release has reached or comes to next. */
export async function readFacts(services: Services, release: ReleaseRecord): Promise<ReleaseFacts> {
  const facts: Record<string, ClusterFacts> = {};
  const waiting = release.clusters.find(({ state }) => state === "waiting");
  for (const cluster of release.clusters)
    if ((cluster.state !== "waiting" && cluster.state !== "rolledBack") || cluster === waiting)
      facts[cluster.clusterId] = await readClusterFacts(services, release, cluster.clusterId);
  return { clusters: facts };
}

/** Where the machines of each stage of a cluster stand, open or not. */
export async function readClusterFacts(
  services: Services,
  release: ReleaseRecord,
  clusterId: string,
): Promise<ClusterFacts> {
  const { plan } = release;
  const clusterPlan = planOf(release, clusterId);
  const reach = stageReach(plan, clusterPlan);
  // The age is read first, so that evidence never looks younger than it is.
  const { atMs: factsAtMs, ...returning } = await readFactsAge(services, release, clusterId);
  const newer = coverageOf(
    await listNewerEntries(services.db, clusterId, plan.agentName, release.timestampMs),
  );
  const named = [...new Set([...reach.grayMachineIds, ...newer.named])];
  const query = {
    ...(await outcomeQuery(services, release, clusterId, { named, factsAtMs })),
    regionsOf: regionsOfStages(reach, newer),
  };
  const counted = await countOutcomes(services.db, query);
  const fold = (counts: OutcomeCounts) =>
    foldIntoStages(clusterPlan.stages.length, reach, counts, newer);
  const stages = fold(counted);
  const silent = fold(await countLatelySilent(services.db, query));
  const { stageIndex } = release.clusters.find((one) => one.clusterId === clusterId)!;
  const scope = { reach, newer, named, counted };
  return {
    ...{ factsAtMs, ...returning },
    machines: [...counted.groups, ...counted.named].reduce((sum, one) => sum + one.machines, 0),
    stages,
    silence: silenceFacts(stages, silent, stageIndex),
    comparison: await readComparison(services, release, clusterId, scope),
    ...(await freezeFacts(services, clusterId, plan)),
  };
}

/** Of when a count of the cluster's machines that is made now is evidence. */
export async function readFactsAge(
  services: Services,
  { plan }: ReleaseRecord,
  clusterId: string,
): Promise<EvidenceAge> {
  const readAtMs = services.now();
  const age = await evidenceAge(services, clusterId, plan.machineTypes);
  // A cluster without machines has nothing to wait for.
  return age ? { ...age, atMs: Math.min(readAtMs, age.atMs) } : { atMs: readAtMs };
}

/**
 * Silent is who was when the evidence is from: since then nobody could be heard. Evidence that is too
 * old to be judged is for people only, and they want to know who is silent now.
 */
export async function outcomeQuery(
  services: Services,
  { id, plan }: ReleaseRecord,
  clusterId: string,
  { named = [], factsAtMs }: { named?: readonly string[]; factsAtMs: number },
): Promise<OutcomeQuery> {
  const { agentName, version, machineTypes } = plan;
  const { db } = services;
  const nowMs = services.now();
  const asOfMs = nowMs - factsAtMs > factsLimits.ageMaxMs ? nowMs : factsAtMs;
  return {
    ...{ clusterId, agentName, version, machineTypes, named, releaseId: id },
    platforms: version === null ? allPlatforms : await platformsOfVersion(db, agentName, version),
    budget: version === null ? {} : await budgetOfVersion(db, agentName, version),
    onlineSinceMs: asOfMs - onlineForMs(services),
  };
}
