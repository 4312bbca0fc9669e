import type { MachineType } from "../contract/machine-type.ts";
import type { ClusterPlan, ReleasePlan } from "../contract/release-plan.ts";
import type { DesiredEntry } from "../desired-state/resolve.ts";
import { ringSaltOf } from "./ring-salt.ts";

/** Shares of the ring are counted in per cent. */
export const ringBatches = 100;

type ReleaseIdentity = { id: number; plan: ReleasePlan; timestampMs: number };

/**
 * What opening a stage adds to the desired entries, and nothing that an earlier stage has added:
 * gray machines by name, then the batches that the stage adds to the ring, then the default.
 */
export function entriesOfStage(
  release: ReleaseIdentity,
  { stages }: ClusterPlan,
  stageIndex: number,
  grayTypes: ReadonlyMap<string, MachineType>,
): DesiredEntry[] {
  const { plan } = release;
  const stage = stages[stageIndex];
  if (!stage) throw new RangeError(`there is no stage ${stageIndex}`);
  const entry = (extra: Partial<DesiredEntry> & { machineType: MachineType }): DesiredEntry => ({
    ...{ releaseId: release.id, agentName: plan.agentName, version: plan.version },
    ...{ timestampMs: release.timestampMs, scope: "default", machineId: null },
    ...{ batch: null, batchCount: null, ringSalt: "" },
    ...extra,
  });
  if (stage.kind === "full") return plan.machineTypes.map((machineType) => entry({ machineType }));
  if (stage.kind === "gray")
    return stage.machineIds.flatMap((machineId) => {
      const machineType = grayTypes.get(machineId);
      return machineType ? [entry({ scope: "gray", machineId, machineType })] : [];
    });
  const batches = range(openPercentBefore(stages, stageIndex) + 1, stage.upToPercent);
  const ring = { scope: "batch", batchCount: ringBatches, ringSalt: ringSaltOf(plan) } as const;
  return plan.machineTypes.flatMap((machineType) =>
    batches.map((batch) => entry({ ...ring, machineType, batch })),
  );
}

function openPercentBefore(stages: ClusterPlan["stages"], stageIndex: number): number {
  const before = stages[stageIndex - 1];
  return before?.kind === "batch" ? before.upToPercent : 0;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}
