import type { FailureReason } from "../../contract/agent-state.ts";
import type { MachineType } from "../../contract/machine-type.ts";
import type { Reason } from "./release-record.ts";

/**
 * Where the machines stand that one stage adds to the stages before it. Each machine is counted
 * once, under the first line that fits, from the bottom up: a healthy machine over its budget is
 * `overBudget`, a switching one that fell silent is `goneDark`.
 */
export type StageFacts = {
  /** All of the stage's machines: the sum of all the other counts but `restarted`. */
  targeted: number;
  /** No package for the platform, or quarantined before this release. */
  notEligible: number;
  /** Silent since before the stage opened: will change on return. */
  offline: number;
  /** Left out by a hold. */
  held: number;
  /** Has not begun. */
  pending: number;
  downloading: number;
  switching: number;
  watching: number;
  /** Runs what the release asks for, settled, alive, within its budget. */
  healthy: number;
  failed: Partial<Record<FailureReason, number>>;
  /** Put back the former version by itself. */
  rolledBackOnMachine: number;
  /** Was seen after the stage opened, has begun to change or has changed, and fell silent since. */
  goneDark: number;
  /** Runs the new version, above the CPU or memory that its manifest declares. */
  overBudget: number;
  /**
   * Of the machines that run the new version: those with an unwanted exit since they run it, but
   * not more than an hour ago. Not a class of its own.
   */
  restarted: number;
};

/** A value and how many machines have it: a histogram serves as well as single values. */
export type WeightedValue = readonly [value: number, machines: number];

/**
 * One value per machine, since machines are independent and a machine's samples are not. cpuPercent:
 * per cent of one core. rssBytes: bytes. Machines without a sample are left out.
 */
export type GroupSamples = {
  /** Machines of the group that are online and past their settling time, sampled or not. */
  machines: number;
  cpuPercent: readonly WeightedValue[];
  rssBytes: readonly WeightedValue[];
  /** Machines with an unwanted exit within one window of time, the same for both groups; null: not known. */
  restartedMachines: number | null;
};

/** Machines of one type: with the new version, and not yet reached by the release. */
export type ComparisonStratum = {
  machineType: MachineType;
  treatment: GroupSamples;
  control: GroupSamples;
};

export type ComparisonFacts = {
  /**
   * level: the samples as they are; fair only where the ring chose the machines, so machines that a
   * gray stage names are to be left out. ratioToOwnBefore: each machine's sample divided by its own
   * from before the stage opened; fair for named machines too.
   */
  basis: "level" | "ratioToOwnBefore";
  strata: readonly ComparisonStratum[];
};

/** Silence that machines share which the release has not reached is not the version's doing. */
export type SilenceFacts = {
  /** By stage index: of its `goneDark`, those that fell silent within the last minutes. */
  goneDarkLately: readonly number[];
  /** Machines of stages that are not open: who was online until those minutes, and who fell silent in them. */
  others: { machines: number; silent: number };
};

export type ClusterFacts = {
  /**
   * How old the evidence is, by the clock that `now` is of: the earlier of when the counts were read
   * and when the cluster's reports were last carried into what they were read from. Milliseconds.
   */
  factsAtMs: number;
  /**
   * Nobody was heard for longer than a machine may be silent: until then, by the same clock, machines
   * may be on their way back, and who is silent says nothing.
   */
  returnUntilMs?: number | undefined;
  /** Machines of the plan's types in the cluster, whatever their state. */
  machines: number;
  /** By stage index; at least for the open ones. */
  stages: readonly StageFacts[];
  /** Absent: not measured. */
  silence?: SilenceFacts | undefined;
  /** null: not measured. */
  comparison: ComparisonFacts | null;
  /** Why nothing may change in the cluster now; null: it may. */
  frozen: Reason | null;
  /** When the last freeze ended; deadlines count from then. */
  freezeEndedAtMs: number | null;
  /** The newest stage that the cluster's own master has open; absent for a master that is not asked. */
  masterStageIndex?: number;
};

/** A cluster that is missing has no facts: its master did not answer. */
export type ReleaseFacts = { clusters: Readonly<Record<string, ClusterFacts | undefined>> };

export type FactsLimits = {
  /** Older evidence is none. */
  ageMaxMs: number;
  /**
   * How far ahead of `now` evidence may claim to be. So much after its opening, too, the evidence on
   * a stage begins: what is ahead may be from before.
   */
  aheadMaxMs: number;
};

export const factsLimits: FactsLimits = { ageMaxMs: 120_000, aheadMaxMs: 500 };

/** Shares are of these. */
export function reachableOf(facts: StageFacts): number {
  return facts.targeted - facts.notEligible - facts.offline - facts.held;
}

export function failedOf(facts: StageFacts): number {
  return Object.values(facts.failed).reduce((sum, machines) => sum + machines, 0);
}

/** Silence, local rollback and appetite are failures like any other. */
export function failuresOf(facts: StageFacts): number {
  return failedOf(facts) + facts.rolledBackOnMachine + facts.goneDark + facts.overBudget;
}

export function inFlightOf(facts: StageFacts): number {
  return facts.pending + facts.downloading + facts.switching + facts.watching;
}

export type NoFacts =
  | "missing"
  | "returning"
  | "tooOld"
  | "ahead"
  | "contradictory"
  | "masterElsewhere";

/** The facts of a cluster, or why they are no evidence. */
export function usableFacts(
  cluster: { clusterId: string; stageIndex: number },
  facts: ReleaseFacts,
  nowMs: number,
  limits: FactsLimits = factsLimits,
): ClusterFacts | NoFacts {
  const own = Object.hasOwn(facts.clusters, cluster.clusterId)
    ? facts.clusters[cluster.clusterId]
    : undefined;
  if (!own) return "missing";
  if (own.returnUntilMs !== undefined && nowMs < own.returnUntilMs) return "returning";
  if (!(nowMs - own.factsAtMs <= limits.ageMaxMs)) return "tooOld";
  if (own.factsAtMs - nowMs > limits.aheadMaxMs) return "ahead";
  if (own.masterStageIndex !== undefined && own.masterStageIndex !== cluster.stageIndex)
    return "masterElsewhere";
  return own.stages.every(addsUp) && isCount(own.machines) ? own : "contradictory";
}

/** Counts that do not add up come from a broken query, and a broken query is no evidence. */
function addsUp(facts: StageFacts): boolean {
  const { targeted, restarted, failed, ...others } = facts;
  const counts = [...Object.values(others), ...Object.values(failed)];
  const sum = counts.reduce((total, count) => total + count, 0);
  return [targeted, restarted, ...counts].every(isCount) && sum === targeted;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
