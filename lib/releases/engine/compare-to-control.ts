import type { MachineType } from "../../contract/machine-type.ts";
import type { ComparisonFacts, ComparisonStratum, WeightedValue } from "./facts.ts";
import { logFisherTail } from "./fisher-exact.ts";
import {
  type Distribution,
  distributionOf,
  largestZ,
  mannWhitneyZ,
  medianOf,
} from "./mann-whitney.ts";
import { upperNormalZ } from "./normal-quantile.ts";

/*
 * Is the new version hungrier, or does it exit more often, than what runs on machines that the
 * release has not reached? Per machine type, so that a slow type cannot bias the others:
 *
 *  - CPU and memory, middle: one-sided Mann–Whitney U over machines, one value each (mann-whitney.ts;
 *    H. B. Mann and D. R. Whitney, "On a test of whether one of two random variables is stochastically
 *    larger than the other", 1947). It assumes no distribution and outliers do not move it. Comparing a
 *    canary with a control group by this test plus a least effect is what Kayenta's judge does
 *    (M. Graff and C. Sanden, "Automated canary analysis at Netflix with Kayenta", 2018).
 *  - CPU and memory, upper end: the share of machines above the control group's 99th percentile, by
 *    Fisher's exact test (fisher-exact.ts; R. A. Fisher, "The design of experiments", 1935): a version
 *    that eats memory on one machine in twenty moves no median.
 *  - Restarts: the share of machines with an unwanted exit, same test.
 *
 * Each also needs a least effect, because with a million machines everything is significant.
 *
 * FALSE ALARMS: a stage may be judged again and again while it is watched. By Bonferroni over all
 * looks, machine types and tests, whatever the dependence between looks, a version that is no
 * different is called worse in a stage with a chance of at most `falseAlarmChance`. Looks are
 * assumed to be at least `lookSeconds` apart. "suspicious" needs 0.05 % per test. Measured by
 * `npm run bench -- false-alarms`, and held below 1 % by the test beside: 0 of 200 good releases halted
 * (safe template, 10,000 machines, σ of CPU 0.6 between and 0.25 within machines, natural exits and
 * absences).
 */

export const falseAlarmChance = 0.001;
export const lookSeconds = 10;
const testsPerStratum = 5;
const logSuspicious = Math.log(0.0005);
const suspiciousZ = upperNormalZ(logSuspicious);
const tailQuantile = 0.99;
const tailShareMin = 0.01;
const timesControlMin = 3;
/** Fewer machines than this show nothing, and their samples may be late. */
const sampledMachinesMin = 8;

const metrics = [
  /** Per cent of one core. */
  { reason: "cpu", of: "cpuPercent", leastDifference: 2 },
  /** Bytes. */
  { reason: "memory", of: "rssBytes", leastDifference: 16 * 1024 * 1024 },
] as const;

export type ComparedReason = (typeof metrics)[number]["reason"] | "restarts";

/** What differed: medians (per cent of a core, bytes, or ratios), or shares 0 … 1 for tail and restarts. */
export type Finding = {
  reason: ComparedReason;
  where: "median" | "tail" | "share";
  machineType: MachineType;
  treatment: number;
  control: number;
  treatmentMachines: number;
  controlMachines: number;
};

export type ComparisonVerdict =
  | { kind: "fine" }
  /** Too few machines of either kind to ever show anything, or nothing is measured on the fleet. */
  | { kind: "notComparable" }
  | { kind: "worse"; finding: Finding }
  | { kind: "suspicious"; finding: Finding }
  | { kind: "noSamples"; machineType: MachineType; treatmentMachines: number };

export type ComparisonSettings = {
  ratioMax: number;
  /** For how long the stage may be watched at most. Seconds. */
  watchSecondsMax: number;
};

export function compareToControl(
  facts: ComparisonFacts,
  { ratioMax, watchSecondsMax }: ComparisonSettings,
): ComparisonVerdict {
  const looks = Math.max(1, Math.ceil(watchSecondsMax / lookSeconds));
  const tests = looks * testsPerStratum * Math.max(1, facts.strata.length);
  const logChance = Math.log(falseAlarmChance / tests);
  const context: Context = {
    ratioMax,
    logChance,
    zMin: upperNormalZ(logChance),
    isLevel: facts.basis === "level",
  };
  const verdicts = facts.strata.flatMap((stratum) => [
    ...metrics.map((metric) => compareMetric(stratum, metric, context)),
    compareRestarts(stratum, context),
  ]);
  return worst(verdicts);
}

const severity = ["worse", "noSamples", "suspicious", "fine"] as const;
type Context = { ratioMax: number; logChance: number; zMin: number; isLevel: boolean };

function compareMetric(
  { machineType, treatment, control }: ComparisonStratum,
  metric: (typeof metrics)[number],
  context: Context,
): ComparisonVerdict {
  const t = distributionOf(treatment[metric.of]);
  const c = distributionOf(control[metric.of]);
  const couldShow = largestZ(treatment.machines, c.total) >= context.zMin;
  if (!couldShow) return { kind: "notComparable" };
  if (treatment.machines >= sampledMachinesMin && t.total < treatment.machines / 2)
    return { kind: "noSamples", machineType, treatmentMachines: treatment.machines };
  const machines = {
    machineType,
    treatmentMachines: t.total,
    controlMachines: c.total,
    reason: metric.reason,
  };
  const least = context.isLevel ? metric.leastDifference : 0;
  return worst([
    compareMiddle(t, c, least, context, machines),
    compareTail(t, c, least, context, machines),
  ]);
}

type Described = Pick<Finding, "machineType" | "treatmentMachines" | "controlMachines" | "reason">;

function compareMiddle(
  t: Distribution,
  c: Distribution,
  least: number,
  { ratioMax, zMin }: Context,
  described: Described,
): ComparisonVerdict {
  const treatment = medianOf(t);
  const control = medianOf(c);
  if (treatment <= control * ratioMax || treatment - control < least) return { kind: "fine" };
  const z = mannWhitneyZ(t, c);
  const finding: Finding = { ...described, where: "median", treatment, control };
  if (z >= zMin) return { kind: "worse", finding };
  return z >= suspiciousZ ? { kind: "suspicious", finding } : { kind: "fine" };
}

function compareTail(
  t: Distribution,
  c: Distribution,
  least: number,
  context: Context,
  described: Described,
): ComparisonVerdict {
  const top = quantileOf(c, tailQuantile);
  const bar = Math.max(top * context.ratioMax, top + least);
  return compareShares(above(t, bar), above(c, bar), context, { ...described, where: "tail" });
}

function compareRestarts(
  { machineType, treatment, control }: ComparisonStratum,
  context: Context,
): ComparisonVerdict {
  const { restartedMachines: hits } = treatment;
  const { restartedMachines: controlHits } = control;
  if (hits === null || controlHits === null) return { kind: "notComparable" };
  return compareShares(hits, controlHits, context, {
    ...{ reason: "restarts", where: "share", machineType },
    ...{ treatmentMachines: treatment.machines, controlMachines: control.machines },
  });
}

function compareShares(
  hits: number,
  controlHits: number,
  { logChance }: Context,
  described: Omit<Finding, "treatment" | "control">,
): ComparisonVerdict {
  const { treatmentMachines: m, controlMachines: n } = described;
  if (m === 0 || n === 0) return { kind: "notComparable" };
  const treatment = hits / m;
  const control = controlHits / n;
  if (treatment < tailShareMin || treatment < control * timesControlMin) return { kind: "fine" };
  const chance = logFisherTail(hits, m, controlHits, n);
  const finding: Finding = { ...described, treatment, control };
  if (chance <= logChance) return { kind: "worse", finding };
  return chance <= logSuspicious ? { kind: "suspicious", finding } : { kind: "fine" };
}

function worst(verdicts: readonly ComparisonVerdict[]): ComparisonVerdict {
  for (const kind of severity) {
    const found = verdicts.find((verdict) => verdict.kind === kind);
    if (found) return found;
  }
  return { kind: "notComparable" };
}

function quantileOf({ values, machines, total }: Distribution, share: number): number {
  let below = 0;
  for (const [index, value] of values.entries()) {
    below += machines[index]!;
    if (below >= share * total) return value;
  }
  return Number.POSITIVE_INFINITY;
}

function above({ values, machines }: Distribution, bar: number): number {
  return values.reduce((sum, value, index) => (value > bar ? sum + machines[index]! : sum), 0);
}

/** One value for each machine. */
export function singleValues(values: readonly number[]): WeightedValue[] {
  return values.map((value) => [value, 1] as const);
}
