import type { MachineType } from "../../contract/machine-type.ts";
import { planOf, type Reason, type ReleaseRecord, type Values } from "./release-record.ts";

export type MachineAhead = {
  machineId: string;
  clusterId: string;
  type: MachineType;
  /** The machine's place on the release's ring of 100, from 1. */
  batchPercentOf: (release: ReleaseRecord) => number | null;
};

/**
 * What an unfinished release is going to bring to a machine that it has not reached yet, of the newest
 * that does; null: none. waitsForApproval: a second person has to say yes · clusterWaits: other clusters
 * come first · stageWaits: a stage that has not opened reaches it. With the stage that does (from 1), and
 * the release's state, which may be paused.
 */
export function nextForMachine(
  machine: MachineAhead,
  unfinished: readonly ReleaseRecord[],
  /** Of what it is told to run now; older releases no longer matter to it. */
  timestampMs: number,
): Reason | null {
  const newest = [...unfinished].sort((a, b) => b.timestampMs - a.timestampMs);
  for (const release of newest) {
    if (release.timestampMs <= timestampMs) return null;
    const next = nextOf(machine, release);
    if (next) return next;
  }
  return null;
}

function nextOf(machine: MachineAhead, release: ReleaseRecord): Reason | null {
  const { plan, clusters, state } = release;
  const { clusterId, type } = machine;
  const cluster = clusters.find((one) => one.clusterId === clusterId);
  if (!cluster || cluster.state === "rolledBack" || !plan.machineTypes.includes(type)) return null;
  const { stages } = planOf(release, clusterId);
  const index = stageOf(machine, release, stages);
  const stage = stages[index];
  if (!stage || index <= cluster.stageIndex) return null;
  const values: Values = {
    ...{ releaseId: release.id, version: plan.version ?? "", state },
    ...{ stage: index + 1, kind: stage.kind, openStage: cluster.stageIndex + 1 },
    ...(stage.kind === "batch" ? { upToPercent: stage.upToPercent } : {}),
  };
  if (state === "waitingForApproval") return { code: "waitsForApproval", values };
  return { code: cluster.state === "waiting" ? "clusterWaits" : "stageWaits", values };
}

/** The first that reaches it. */
function stageOf(
  { machineId, batchPercentOf }: MachineAhead,
  release: ReleaseRecord,
  stages: ReturnType<typeof planOf>["stages"],
): number {
  const percent = batchPercentOf(release);
  return stages.findIndex(
    (stage) =>
      stage.kind === "full" ||
      (stage.kind === "gray" && stage.machineIds.includes(machineId)) ||
      (stage.kind === "batch" && percent !== null && percent <= stage.upToPercent),
  );
}
