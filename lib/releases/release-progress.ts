import type { ClusterProgress, ProgressCounts, StageProgress } from "../contract/console-views.ts";
import type { ClusterPlan } from "../contract/release-plan.ts";
import type { Services } from "../platform/services.ts";
import { noCounts, sumCounts, toProgressCounts, toRolledBackCounts } from "./progress-counts.ts";
import { readOutcomes } from "./read-outcomes.ts";
import { clusterPlanOf, type LoadedRelease, type ReleaseClusterRow } from "./release-rows.ts";
import { isEnded } from "./release-verbs.ts";

/** What machines did long after a rollback is other releases' business. */
const rollbackWatchedMs = 24 * 3600_000;

/** Each cluster's stages with their counts, in the plan's order. */
export async function releaseProgress(
  services: Services,
  release: LoadedRelease,
  clusterNames: ReadonlyMap<string, string>,
): Promise<ClusterProgress[]> {
  const progress: ClusterProgress[] = [];
  for (const cluster of release.clusters) {
    const { clusterId, state } = cluster;
    const counts = await stageCounts(services, release, cluster);
    const stages = describeStages(release, cluster, counts);
    progress.push({
      ...{ clusterId, state, stages, clusterName: clusterNames.get(clusterId) ?? clusterId },
      counts: sumCounts(stages.filter((s) => s.status !== "waiting").map((s) => s.counts)),
    });
  }
  return progress;
}

async function stageCounts(
  services: Services,
  release: LoadedRelease,
  cluster: ReleaseClusterRow,
): Promise<ProgressCounts[]> {
  const { row } = release;
  const { stages } = clusterPlanOf(release, cluster.clusterId);
  if (cluster.finalCounts) return cluster.finalCounts;
  if (cluster.state === "rolledBack") {
    const old = services.now() - (row.finishedAtMs ?? services.now()) > rollbackWatchedMs;
    if (old) return stages.map(noCounts);
    const outcomes = await readOutcomes(services, release, cluster.clusterId);
    return outcomes.map((one, index) =>
      index <= cluster.stageIndex ? toRolledBackCounts(one) : noCounts(),
    );
  }
  if (isEnded(row.state) && cluster.state === "waiting") return stages.map(noCounts);
  return (await readOutcomes(services, release, cluster.clusterId)).map(toProgressCounts);
}

function describeStages(
  release: LoadedRelease,
  cluster: ReleaseClusterRow,
  counts: readonly ProgressCounts[],
): StageProgress[] {
  return clusterPlanOf(release, cluster.clusterId).stages.map((stage, index) => ({
    kind: stage.kind,
    upToPercent: stage.kind === "batch" ? stage.upToPercent : null,
    status: stageStatus(release, cluster, stage, index),
    openedAtMs: cluster.stageOpenedAtMs[index] ?? null,
    counts: counts[index] ?? noCounts(),
  }));
}

function stageStatus(
  { row }: LoadedRelease,
  { clusterId, state, stageIndex }: ReleaseClusterRow,
  stage: ClusterPlan["stages"][number],
  index: number,
): StageProgress["status"] {
  if (index > stageIndex) return "waiting";
  if (state === "rolledBack") return "rolledBack";
  if (index < stageIndex || state !== stage.kind) return "passed";
  const { code, values } = row.stateReason ?? {};
  const failed = code === "gateFailed" && values?.clusterId === clusterId && row.state === "paused";
  return failed ? "failed" : "open";
}
