import { failuresOf, reachableOf, type StageFacts } from "./facts.ts";
import { type ClusterRecord, planOf, type ReleaseRecord, type Values } from "./release-record.ts";

/** Names a stage in an event: clusterId, stage (from 1), kind, and upToPercent of a batch. */
export function stageValues(release: ReleaseRecord, clusterId: string, stageIndex: number): Values {
  const stage = planOf(release, clusterId).stages[stageIndex]!;
  const values: Values = { clusterId, stage: stageIndex + 1, kind: stage.kind };
  if (stage.kind === "batch") values.upToPercent = stage.upToPercent;
  return values;
}

/** What was seen of a stage. Machines. */
export function countValues(facts: StageFacts): Values {
  return {
    healthy: facts.healthy,
    reachable: reachableOf(facts),
    targeted: facts.targeted,
    failed: failuresOf(facts),
  };
}

/** For how long a stage has been seen healthy, by the age of the evidence. Seconds. */
export function watchedSeconds(cluster: ClusterRecord, factsAtMs: number): number {
  return Math.max(0, Math.floor((factsAtMs - (cluster.convergedAtMs ?? factsAtMs)) / 1000));
}
