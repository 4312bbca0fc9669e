import { findClusterMasters } from "../clusters/find-cluster-master.ts";
import type { ClusterProgress, ProgressCounts, StageProgress } from "../contract/console-views.ts";
import type { Stage } from "../contract/release-plan.ts";
import type { Services } from "../platform/services.ts";
import { isOver } from "./engine/apply-transitions.ts";
import type { ClusterFacts, ReleaseFacts } from "./engine/facts.ts";
import { type ClusterRecord, planOf, type ReleaseRecord } from "./engine/release-record.ts";
import type { LoadedRelease, ReleaseClusterRow } from "./release-rows.ts";
import { noCounts, sumCounts, toProgressCounts, toRolledBackCounts } from "./stage-facts.ts";

/** What machines did long after a rollback is other releases' business. */
const rollbackWatchedMs = 24 * 3600_000;

/** Each cluster's stages with their counts, in the plan's order, and the facts that were read for it. */
export async function releaseProgress(
  services: Services,
  release: LoadedRelease,
  clusterNames: ReadonlyMap<string, string>,
): Promise<{ progress: ClusterProgress[]; facts: ReleaseFacts }> {
  const facts: ReleaseFacts = { clusters: await readNeededFacts(services, release) };
  const progress = release.clusters.map((cluster, index): ClusterProgress => {
    const counts = stageCounts(release, cluster, facts);
    const stages = describeStages(release.record, release.record.clusters[index]!, counts);
    const { clusterId, state } = cluster;
    return {
      ...{ clusterId, state, stages, clusterName: clusterNames.get(clusterId) ?? clusterId },
      counts: sumCounts(stages.filter((s) => s.status !== "waiting").map((s) => s.counts)),
    };
  });
  return { progress, facts };
}

async function readNeededFacts(services: Services, release: LoadedRelease) {
  const { row, record } = release;
  const clusters: Record<string, ClusterFacts | undefined> = {};
  const masters = await findClusterMasters(
    services,
    release.clusters.map(({ clusterId }) => clusterId),
  );
  const longAgo = services.now() - (row.finishedAtMs ?? services.now()) > rollbackWatchedMs;
  for (const { clusterId, state, finalCounts } of release.clusters) {
    const settled = finalCounts !== null || (state === "rolledBack" && longAgo);
    const untouched = state === "waiting" && isOver(record);
    if (!settled && !untouched)
      clusters[clusterId] = await masters.get(clusterId)?.readFacts(record);
  }
  return clusters;
}

function stageCounts(
  { record }: LoadedRelease,
  { clusterId, state, stageIndex, finalCounts }: ReleaseClusterRow,
  facts: ReleaseFacts,
): ProgressCounts[] {
  const read = facts.clusters[clusterId];
  if (!read) return finalCounts ?? planOf(record, clusterId).stages.map(noCounts);
  if (state !== "rolledBack") return read.stages.map(toProgressCounts);
  return read.stages.map((one, index) =>
    index <= stageIndex ? toRolledBackCounts(one) : noCounts(),
  );
}

function describeStages(
  record: ReleaseRecord,
  cluster: ClusterRecord,
  counts: readonly ProgressCounts[],
): StageProgress[] {
  return planOf(record, cluster.clusterId).stages.map((stage, index) => ({
    kind: stage.kind,
    upToPercent: stage.kind === "batch" ? stage.upToPercent : null,
    status: stageStatus(record, cluster, stage, index),
    openedAtMs: cluster.stageOpenedAtMs[index] ?? null,
    counts: counts[index] ?? noCounts(),
  }));
}

function stageStatus(
  { state: releaseState, stateReason }: ReleaseRecord,
  { clusterId, state, stageIndex }: ClusterRecord,
  stage: Stage,
  index: number,
): StageProgress["status"] {
  if (index > stageIndex) return "waiting";
  if (state === "rolledBack") return "rolledBack";
  const { code, values } = stateReason ?? {};
  const stopped = releaseState === "paused" && code === "gateFailed";
  if (stopped && values?.clusterId === clusterId && values.stage === index + 1) return "failed";
  return index < stageIndex || state !== stage.kind ? "passed" : "open";
}
