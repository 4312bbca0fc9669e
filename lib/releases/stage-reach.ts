import type { MachineType } from "../contract/machine-type.ts";
import type { ClusterPlan, ReleasePlan } from "../contract/release-plan.ts";
import type { Coverage } from "../desired-state/coverage.ts";
import { batchesOfSlots } from "../desired-state/ring.ts";
import { slotCount } from "../desired-state/slot.ts";
import { ringBatches } from "./release-entries.ts";
import { ringSaltOf } from "./ring-salt.ts";

/** Which stage is the first to reach a machine: by name, otherwise by its slot. -1: none does. */
export type StageReach = {
  grayStage: number;
  grayMachineIds: readonly string[];
  stageOfSlot: Int8Array;
};

export function stageReach(plan: ReleasePlan, { stages }: ClusterPlan): StageReach {
  const grayStage = stages.findIndex((stage) => stage.kind === "gray");
  const gray = stages[grayStage];
  const fullStage = stages.findIndex((stage) => stage.kind === "full");
  const stageOfSlot = new Int8Array(slotCount).fill(fullStage);
  const batchStages = stages.flatMap((stage, index) =>
    stage.kind === "batch" ? [{ index, upToPercent: stage.upToPercent }] : [],
  );
  if (batchStages.length > 0) {
    const batches = batchesOfSlots(ringBatches, ringSaltOf(plan));
    for (let slot = 0; slot < slotCount; slot += 1) {
      const found = batchStages.find((stage) => batches[slot]! <= stage.upToPercent);
      if (found) stageOfSlot[slot] = found.index;
    }
  }
  return { grayStage, grayMachineIds: gray?.kind === "gray" ? gray.machineIds : [], stageOfSlot };
}

const coveredBit = 64;

/** Slots that a fold into stages need not tell apart: of one stage, and all or none a newer release's. */
export function regionsOfStages(
  { stageOfSlot }: StageReach,
  newer: Coverage,
): (type: MachineType) => Uint8Array {
  const known = new Map<MachineType, Uint8Array>();
  return (type) => {
    const held = known.get(type);
    if (held) return held;
    const regions = Uint8Array.from(
      stageOfSlot,
      (stage, slot) => stage + 1 + (newer.coversSlot(type, slot) ? coveredBit : 0),
    );
    known.set(type, regions);
    return regions;
  };
}
