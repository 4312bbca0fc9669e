import type { Hold } from "../contract/change-rules.ts";
import type { MachineType } from "../contract/machine-type.ts";
import type { Platform } from "../contract/platform.ts";
import type { Regions } from "./outcome.ts";

export type PresentQuery = {
  clusterId: string;
  machineTypes: readonly MachineType[];
  agentName: string;
  /** What a release would bring; null: nothing. */
  version: string | null;
  /** Machines seen since then are online. */
  onlineSinceMs: number;
  /** Those that leave machines out of changes of this agent. */
  holds: readonly Pick<Hold, "target">[];
  /** Counted apart from the ring. */
  named: readonly string[];
  /** Slots of the same number are told apart no further. */
  regionsOf: (type: MachineType) => Regions;
};

/** Machines that are alike in all that a preview depends on. */
export type PresentGroup = {
  type: MachineType;
  /** Any slot of the region. */
  slot: number;
  platform: Platform;
  /** What they have of the agent; null: nothing. */
  version: string | null;
  /** What the release would bring failed there before. */
  failedBefore: boolean;
  online: boolean;
  held: boolean;
  machines: number;
};

/** `groups`: all but the named ones, by region; `named`: those, together. */
export type PresentCounts = { groups: PresentGroup[]; named: PresentGroup[] };
