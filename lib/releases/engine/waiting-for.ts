import { isEvidence } from "./advance.ts";
import {
  type FactsLimits,
  factsLimits,
  inFlightOf,
  type ReleaseFacts,
  usableFacts,
} from "./facts.ts";
import { judgeStage } from "./judge-stage.ts";
import { activeCluster, type Reason, type ReleaseRecord } from "./release-record.ts";

/** The one thing that a release waits for now; null: it is over, or moves on at the next tick. */
export function waitingFor(
  release: ReleaseRecord,
  facts: ReleaseFacts,
  nowMs: number,
  limits: FactsLimits = factsLimits,
): Reason | null {
  if (release.state === "paused") return release.stateReason;
  const cluster = activeCluster(release);
  if (release.state !== "running" || !cluster) return null;
  const { clusterId, stageIndex } = cluster;
  if (cluster.state === "waitingForVerification")
    return { code: "verification", values: { clusterId } };
  if (release.stateReason?.code === "person") return release.stateReason;
  const known = usableFacts(cluster, facts, nowMs, limits);
  if (typeof known === "string") return noFacts(clusterId, known, facts, nowMs);
  if (cluster.state !== "waiting" && !isEvidence(cluster, known, release, limits))
    return noFacts(clusterId, "beforeStage", facts, nowMs);
  if (cluster.state === "converging") {
    const remaining = known.stages.reduce((sum, stage) => sum + inFlightOf(stage), 0);
    return { code: "machines", values: { clusterId, stage: stageIndex + 1, remaining } };
  }
  const verdict =
    cluster.state === "waiting"
      ? null
      : judgeStage({ release, cluster, stageIndex, facts: known, nowMs });
  const { frozen } = known;
  // Machines that may not begin to change are not what it waits for.
  const isHeldUp =
    frozen !== null && verdict?.kind === "waiting" && verdict.reason.code === "machines";
  if (verdict?.kind === "waiting" && !isHeldUp) return verdict.reason;
  return frozen && { code: "frozen", values: { ...frozen.values, clusterId, reason: frozen.code } };
}

function noFacts(clusterId: string, reason: string, facts: ReleaseFacts, nowMs: number): Reason {
  const atMs = facts.clusters[clusterId]?.factsAtMs;
  const ageSeconds = atMs === undefined ? -1 : Math.round((nowMs - atMs) / 1000);
  return { code: "facts", values: { clusterId, reason, ageSeconds } };
}
