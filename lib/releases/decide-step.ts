import type { ClusterPlan } from "../contract/release-plan.ts";
import type { StageOutcomes } from "./progress-counts.ts";
import type { ReleaseClusterRow } from "./release-rows.ts";

/** The next thing that happens in the cluster whose turn it is. */
export type Step =
  | { kind: "markConverged"; converged: boolean }
  | { kind: "openStage"; stageIndex: number; healthy: number; targeted: number }
  | { kind: "waitForPerson" }
  | { kind: "failGate"; reason: "failures" | "deadline"; failed: number; targeted: number }
  | { kind: "converging"; healthy: number; targeted: number }
  | { kind: "waitForVerification"; healthy: number; targeted: number };

/** What a person accepted by continuing after a failed gate. */
export type Accepted = { failed: number; sinceMs: number };

type Situation = {
  plan: ClusterPlan;
  cluster: Pick<ReleaseClusterRow, "state" | "stageIndex" | "stageOpenedAtMs" | "convergedAtMs">;
  outcomes: readonly StageOutcomes[];
  accepted: Accepted | null;
  nowMs: number;
};

/** Pure: failures halt first, then evidence moves on, then the deadline; otherwise nothing happens. */
export function decideStep(situation: Situation): Step | null {
  const { plan, cluster, accepted, nowMs } = situation;
  const stage = plan.stages[cluster.stageIndex];
  if (!stage || cluster.state === "waitingForVerification") return null;
  const seen = sumOpen(situation);
  const { gate } = stage;
  const { failed, targeted, healthy, reachable } = seen;
  const failures = failed - (accepted?.failed ?? 0);
  if (failures > gate.failuresMax || failures > gate.failureShareMax * reachable)
    return { kind: "failGate", reason: "failures", failed, targeted };
  const openedAtMs = cluster.stageOpenedAtMs[cluster.stageIndex] ?? nowMs;
  const late = nowMs > Math.max(openedAtMs, accepted?.sinceMs ?? 0) + gate.deadlineSeconds * 1000;
  // Everything offline is no evidence; nothing targeted needs none.
  const share = targeted === 0 ? 1 : reachable === 0 ? 0 : healthy / reachable;
  if (cluster.state === "converging")
    return share >= 1 || late ? { kind: "waitForVerification", healthy, targeted } : null;
  const converged = share >= gate.convergedShareMin;
  if (converged !== (cluster.convergedAtMs !== null)) return { kind: "markConverged", converged };
  if (!converged) return late ? { kind: "failGate", reason: "deadline", failed, targeted } : null;
  if (nowMs < (cluster.convergedAtMs ?? nowMs) + gate.soakSeconds * 1000) return null;
  if (cluster.stageIndex === plan.stages.length - 1)
    return { kind: share >= 1 ? "waitForVerification" : "converging", healthy, targeted };
  if (gate.manual) return { kind: "waitForPerson" };
  return { kind: "openStage", stageIndex: cluster.stageIndex + 1, healthy, targeted };
}

/** All stages that are open count: what fails late in an early batch halts the later one as well. */
function sumOpen({ outcomes, cluster }: Situation) {
  const open = outcomes.slice(0, cluster.stageIndex + 1);
  const sum = (of: (one: StageOutcomes) => number) =>
    open.reduce((total, one) => total + of(one), 0);
  const targeted = sum((one) => Object.values(one).reduce((all, machines) => all + machines, 0));
  return {
    targeted,
    healthy: sum((one) => one.healthy),
    failed: sum((one) => one.failed + one.dark),
    reachable: targeted - sum((one) => one.offline + one.notEligible),
  };
}
