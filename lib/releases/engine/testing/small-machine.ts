import type { MachineType } from "../../../contract/machine-type.ts";
import { slotOf } from "../../../desired-state/slot.ts";

export type Installed = { version: string | null; releaseId: number };

export type SmallMachine = {
  id: string;
  clusterId: string;
  type: MachineType;
  slot: number;
  runs: Map<string, Installed>;
  /** Agents that it has been granted to change, until its next check-in. */
  changing: Map<string, Installed>;
  countedAs: "normal" | "rollBack" | null;
  /** Releases whose version failed here. */
  failed: Set<number>;
  dark: boolean;
};

export const clusterIds = ["bj", "sh"] as const;
const types: MachineType[] = ["LINUX", "CONTAINER"];

/** Every third machine stands in the second cluster; types take turns. */
export function smallMachine(index: number): SmallMachine {
  const id = `m${index}`;
  return {
    ...{ id, type: types[index % 2]!, slot: slotOf(id) },
    clusterId: clusterIds[index % 3 === 2 ? 1 : 0],
    ...{ runs: new Map(), changing: new Map(), countedAs: null, failed: new Set<number>() },
    dark: false,
  };
}

/** Of these entries' versions, what the machine already has. Where nothing is, nothing is to be removed. */
export function hasAlready(
  machine: SmallMachine,
  { agentName, version, releaseId }: Installed & { agentName: string },
): boolean {
  const runs = machine.runs.get(agentName) ?? { version: null, releaseId: 0 };
  return runs.version === version && (runs.releaseId === releaseId || version === null);
}
