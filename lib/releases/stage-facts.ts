import type { ProgressCounts } from "../contract/console-views.ts";
import type { Coverage } from "../desired-state/coverage.ts";
import type { NamedOutcome, OutcomeGroup } from "../fleet-status/outcome.ts";
import { failuresOf, type StageFacts } from "./engine/facts.ts";
import type { StageReach } from "./stage-reach.ts";

export function noFacts(): StageFacts {
  return {
    ...{ targeted: 0, notEligible: 0, offline: 0, held: 0, pending: 0, downloading: 0 },
    ...{ switching: 0, watching: 0, healthy: 0, failed: {}, rolledBackOnMachine: 0 },
    ...{ goneDark: 0, overBudget: 0, restarted: 0 },
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
): StageFacts[] {
  const stages = Array.from({ length: stageCount }, noFacts);
  const gray = new Set(reach.grayMachineIds);
  for (const group of counted.groups)
    if (!newer.coversSlot(group.type, group.slot))
      add(stages[reach.stageOfSlot[group.slot]!], group);
  for (const one of counted.named) {
    if (newer.named.has(one.machineId) || newer.coversSlot(one.type, one.slot)) continue;
    const isGray = gray.has(one.machineId);
    add(stages[isGray ? reach.grayStage : reach.stageOfSlot[one.slot]!], one);
  }
  return stages;
}

function add(facts: StageFacts | undefined, group: OutcomeGroup): void {
  if (!facts) return;
  const { outcome, machines } = group;
  facts.targeted += machines;
  facts.restarted += group.restarted;
  if (outcome === "failed") {
    const reason = group.reason ?? "internal";
    facts.failed[reason] = (facts.failed[reason] ?? 0) + machines;
  } else facts[outcome] += machines;
}

/** A machine that went dark, put the former version back or eats too much counts as failed. */
export function toProgressCounts(facts: StageFacts): ProgressCounts {
  const { targeted, downloading, switching, watching, healthy, offline, notEligible } = facts;
  return {
    ...{ targeted, downloading, switching, watching, healthy, offline, notEligible },
    pending: facts.pending + facts.held,
    failed: failuresOf(facts),
  };
}

/** After a rollback: healthy are those that no longer have the version. */
export function toRolledBackCounts(facts: StageFacts): ProgressCounts {
  const { targeted, healthy, watching, overBudget, goneDark, notEligible } = facts;
  const pending = healthy + watching + overBudget;
  const away = targeted - pending - goneDark - notEligible;
  return { ...noCounts(), targeted, pending, offline: goneDark, notEligible, healthy: away };
}

export function noCounts(): ProgressCounts {
  return {
    ...{ targeted: 0, pending: 0, downloading: 0, switching: 0, watching: 0 },
    ...{ healthy: 0, failed: 0, offline: 0, notEligible: 0 },
  };
}

export function sumCounts(all: readonly ProgressCounts[]): ProgressCounts {
  const sum = noCounts();
  for (const counts of all)
    for (const key of Object.keys(sum) as (keyof ProgressCounts)[]) sum[key] += counts[key];
  return sum;
}
