import type { FailureReason } from "../contract/agent-state.ts";
import type { MachineType } from "../contract/machine-type.ts";
import type { Platform } from "../contract/platform.ts";
import type { Budget } from "../reports/budget.ts";

/**
 * Where a machine stands on its way to what a release asks for. goneDark: it had begun to change, or
 * has changed, and fell silent. healthy says nothing about which release asked for the version.
 */
export const outcomes = [
  "pending",
  "downloading",
  "switching",
  "watching",
  "healthy",
  "overBudget",
  "failed",
  "rolledBackOnMachine",
  "goneDark",
  "offline",
  "notEligible",
] as const;
export type Outcome = (typeof outcomes)[number];

/** For each slot a number below 128; slots of the same number are told apart no further. */
export type Regions = Uint8Array;

export type OutcomeQuery = {
  clusterId: string;
  machineTypes: readonly MachineType[];
  agentName: string;
  /** null: the agent is to be gone. */
  version: string | null;
  releaseId: number;
  /** The platforms that the version has a package for. */
  platforms: readonly Platform[];
  /** What the version promises not to exceed. */
  budget: Budget;
  /** Machines seen since then are online. */
  onlineSinceMs: number;
  /** Counted apart from the ring, by name. */
  named: readonly string[];
  /** Absent: every slot by itself. */
  regionsOf?: ((type: MachineType) => Regions) | undefined;
};

export type OutcomeGroup = {
  type: MachineType;
  /** Where regions are counted: any slot of the region. */
  slot: number;
  outcome: Outcome;
  /** With the outcomes failed and rolledBackOnMachine. */
  reason: FailureReason | null;
  machines: number;
  /** Of them, those whose agent has exited by itself. */
  restarted: number;
};
export type NamedOutcome = OutcomeGroup & { machineId: string };
export type OutcomeCounts = { groups: OutcomeGroup[]; named: NamedOutcome[] };
