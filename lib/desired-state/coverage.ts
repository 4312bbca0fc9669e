import type { MachineType } from "../contract/machine-type.ts";
import type { DesiredEntry } from "./resolve.ts";
import { batchesOfSlots } from "./ring.ts";

/** Which machines a set of entries reaches, whatever they say. */
export type Coverage = {
  /** Machines that gray entries name. */
  named: ReadonlySet<string>;
  coversSlot(type: MachineType, slot: number): boolean;
};

export function coverageOf(entries: readonly DesiredEntry[]): Coverage {
  const named = new Set<string>();
  const wholeTypes = new Set<MachineType>();
  const batches = new Map<MachineType, { batchOfSlot: Uint16Array; batch: number }[]>();
  for (const entry of entries) {
    if (entry.scope === "gray" && entry.machineId) named.add(entry.machineId);
    else if (entry.scope === "default") wholeTypes.add(entry.machineType);
    else if (entry.batch && entry.batchCount) {
      const ofType = batches.get(entry.machineType) ?? [];
      const batchOfSlot = batchesOfSlots(entry.batchCount, entry.ringSalt);
      ofType.push({ batchOfSlot, batch: entry.batch });
      batches.set(entry.machineType, ofType);
    }
  }
  return {
    named,
    coversSlot: (type, slot) =>
      wholeTypes.has(type) ||
      (batches.get(type) ?? []).some(({ batchOfSlot, batch }) => batchOfSlot[slot] === batch),
  };
}
