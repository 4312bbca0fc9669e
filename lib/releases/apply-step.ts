import type { ReleaseChange } from "./change-release.ts";
import type { Step } from "./decide-step.ts";
import { type StageOutcomes, toProgressCounts } from "./progress-counts.ts";
import { clusterPlanOf, type ReleaseClusterRow } from "./release-rows.ts";
import { hasEntries } from "./release-verbs.ts";

type RecordedStep = Exclude<Step, { kind: "markConverged" }>;

/** Carries out what decideStep() found, in the open transaction. */
export async function applyStep(
  change: ReleaseChange,
  clusterId: string,
  step: RecordedStep,
  outcomes: readonly StageOutcomes[],
): Promise<void> {
  const cluster = change.release.clusters.find((one) => one.clusterId === clusterId);
  if (!cluster) throw new Error(`cluster ${clusterId} left the release`);
  const stage = cluster.stageIndex + 1;
  switch (step.kind) {
    case "openStage": {
      const { healthy, targeted } = step;
      const { kind } = clusterPlanOf(change.release, clusterId).stages[cluster.stageIndex]!;
      await change.event("stagePassed", { clusterId, stage, kind, healthy, targeted });
      await change.openStages(cluster, step.stageIndex);
      keepAccepted(change);
      return change.audit("release.stage-opened", clusterId);
    }
    case "waitForPerson":
      change.setReason({ code: "person", values: { clusterId, stage } });
      return change.audit("release.waits-for-person", clusterId);
    case "failGate":
      return failGate(change, cluster, step);
    case "converging":
      await change.updateCluster(cluster, { state: "converging" });
      return change.audit("release.cluster-converging", clusterId);
    case "waitForVerification":
      return finishCluster(change, cluster, step, outcomes);
  }
}

/** What was accepted goes on to count while later stages of the cluster open. */
function keepAccepted(change: ReleaseChange): void {
  if (change.release.row.stateReason?.code !== "failuresAccepted") change.setReason(null);
}

async function failGate(
  change: ReleaseChange,
  cluster: ReleaseClusterRow,
  { reason, failed, targeted }: Extract<Step, { kind: "failGate" }>,
): Promise<void> {
  const { clusterId } = cluster;
  const values = { clusterId, stage: cluster.stageIndex + 1, reason, failed, targeted };
  await change.event("gateFailed", values);
  if (change.release.row.plan.onGateFailure === "rollBack") {
    for (const open of change.release.clusters.filter(({ state }) => hasEntries(state)))
      await change.withdraw(open);
    change.setState("rolledBack", { code: "gateFailed", values });
    await change.event("rolledBack");
    return change.audit("release.rolled-back");
  }
  change.setState("paused", { code: "gateFailed", values });
  await change.event("paused");
  return change.audit("release.paused");
}

async function finishCluster(
  change: ReleaseChange,
  cluster: ReleaseClusterRow,
  { healthy, targeted }: { healthy: number; targeted: number },
  outcomes: readonly StageOutcomes[],
): Promise<void> {
  const { clusterId } = cluster;
  const finalCounts = outcomes.map(toProgressCounts);
  await change.event("clusterConverged", { clusterId, healthy, targeted });
  const plan = clusterPlanOf(change.release, clusterId);
  change.setReason(null);
  if (plan.verification === "person") {
    await change.updateCluster(cluster, { state: "waitingForVerification", finalCounts });
    return change.audit("release.cluster-converged", clusterId);
  }
  await change.updateCluster(cluster, { state: "verified", finalCounts, verifiedBy: change.actor });
  await change.event("clusterVerified", { clusterId });
  await change.audit("release.cluster-verified", clusterId);
  await change.openNextCluster();
}
