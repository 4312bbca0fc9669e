import type { ProgressCounts } from "../contract/console-views.ts";
import type { Coverage } from "../desired-state/coverage.ts";
import type { NamedOutcome, Outcome, OutcomeGroup } from "../fleet-status/count-outcomes.ts";
import type { StageReach } from "./stage-reach.ts";

/** Outcomes of the machines that a stage adds to the ones before. */
export type StageOutcomes = Record<Outcome, number>;

export function noOutcomes(): StageOutcomes {
  return {
    pending: 0,
    downloading: 0,
    switching: 0,
    watching: 0,
    healthy: 0,
    failed: 0,
    dark: 0,
    offline: 0,
    notEligible: 0,
  };
}

/**
 * Folds a cluster's outcomes into its stages; each machine counts in the first stage that reaches it.
 * Machines that a newer release of the same agent reaches are that release's business.
 */
export function foldIntoStages(
  stageCount: number,
  reach: StageReach,
  counted: { groups: readonly OutcomeGroup[]; named: readonly NamedOutcome[] },
  newer: Coverage,
): StageOutcomes[] {
  const stages = Array.from({ length: stageCount }, noOutcomes);
  const gray = new Set(reach.grayMachineIds);
  const add = (stage: number, outcome: Outcome, machines: number) => {
    const counts = stages[stage];
    if (counts) counts[outcome] += machines;
  };
  for (const { type, slot, outcome, machines } of counted.groups)
    if (!newer.coversSlot(type, slot)) add(reach.stageOfSlot[slot]!, outcome, Number(machines));
  for (const { machineId, type, slot, outcome } of counted.named) {
    if (newer.named.has(machineId) || newer.coversSlot(type, slot)) continue;
    add(gray.has(machineId) ? reach.grayStage : reach.stageOfSlot[slot]!, outcome, 1);
  }
  return stages;
}

/** A machine that went dark with the new version counts as failed. */
export function toProgressCounts(outcomes: StageOutcomes): ProgressCounts {
  const { dark, ...counts } = outcomes;
  return {
    ...counts,
    failed: counts.failed + dark,
    targeted: Object.values(outcomes).reduce((sum, machines) => sum + machines, 0),
  };
}

/** After a rollback: healthy are those that no longer have the version. */
export function toRolledBackCounts(outcomes: StageOutcomes): ProgressCounts {
  const { healthy, dark, watching, notEligible, ...others } = outcomes;
  const away = Object.values(others).reduce((sum, machines) => sum + machines, 0);
  return {
    ...noCounts(),
    targeted: away + healthy + watching + dark + notEligible,
    pending: healthy + watching,
    offline: dark,
    healthy: away,
    notEligible,
  };
}

export function noCounts(): ProgressCounts {
  return {
    targeted: 0,
    pending: 0,
    downloading: 0,
    switching: 0,
    watching: 0,
    healthy: 0,
    failed: 0,
    offline: 0,
    notEligible: 0,
  };
}

export function sumCounts(all: readonly ProgressCounts[]): ProgressCounts {
  const sum = noCounts();
  for (const counts of all)
    for (const key of Object.keys(sum) as (keyof ProgressCounts)[]) sum[key] += counts[key];
  return sum;
}
