import type { ClusterProgress, WaitingFor } from "../contract/console-views.ts";
import { clusterPlanOf, currentCluster, type LoadedRelease } from "./release-rows.ts";

/** The one thing that the release waits for now; null: it is over, or moves on at the next tick. */
export function waitingFor(
  release: LoadedRelease,
  progress: readonly ClusterProgress[],
  nowMs: number,
): WaitingFor | null {
  const { state, stateReason } = release.row;
  if (state === "paused") return stateReason;
  if (state !== "running") return null;
  const cluster = currentCluster(release);
  if (!cluster) return null;
  const { clusterId, stageIndex } = cluster;
  if (cluster.state === "waitingForVerification")
    return { code: "verification", values: { clusterId } };
  if (stateReason?.code === "person") return stateReason;
  const stage = stageIndex + 1;
  const counts = progress.find((one) => one.clusterId === clusterId)?.stages[stageIndex]?.counts;
  if (!counts) return null;
  const remaining = counts.pending + counts.downloading + counts.switching + counts.watching;
  const gate = clusterPlanOf(release, clusterId).stages[stageIndex]!.gate;
  const untilMs = (cluster.convergedAtMs ?? nowMs) + gate.soakSeconds * 1000;
  if (cluster.convergedAtMs !== null && untilMs > nowMs)
    return { code: "soak", values: { clusterId, stage, untilMs } };
  return { code: "machines", values: { clusterId, stage, remaining } };
}
