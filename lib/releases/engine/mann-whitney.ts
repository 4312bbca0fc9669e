import type { WeightedValue } from "./facts.ts";

/** Values in ascending order, equal ones joined. */
export type Distribution = { values: number[]; machines: number[]; total: number };

export function distributionOf(samples: readonly WeightedValue[]): Distribution {
  const sorted = samples.filter(isUsable).sort((a, b) => a[0] - b[0]);
  const distribution: Distribution = { values: [], machines: [], total: 0 };
  for (const [value, machines] of sorted) {
    const last = distribution.values.length - 1;
    if (distribution.values[last] === value) distribution.machines[last]! += machines;
    else {
      distribution.values.push(value);
      distribution.machines.push(machines);
    }
    distribution.total += machines;
  }
  return distribution;
}

export function medianOf({ values, machines, total }: Distribution): number {
  let below = 0;
  for (const [index, value] of values.entries()) {
    below += machines[index]!;
    if (below * 2 > total) return value;
    if (below * 2 === total) return (value + values[index + 1]!) / 2;
  }
  return Number.NaN;
}

/**
 * How many standard deviations the Mann–Whitney U of `treatment` over `control` lies above what
 * equal distributions give, with midranks, tie correction and continuity correction (H. B. Mann and
 * D. R. Whitney, Ann. Math. Statist. 18, 1947; ties: E. L. Lehmann, "Nonparametrics", 1975, 1.2). The
 * normal tail is too heavy for small groups far out, so it errs to the quiet side there. NaN: all
 * values are equal, or a group is empty.
 */
export function mannWhitneyZ(treatment: Distribution, control: Distribution): number {
  const { total: m } = treatment;
  const { total: n } = control;
  const { u, ties } = countPairs(treatment, control);
  const all = m + n;
  const variance = ((m * n) / 12) * (all + 1 - ties / (all * (all - 1)));
  const above = u - (m * n) / 2;
  return (above - Math.sign(above) * 0.5) / Math.sqrt(variance);
}

/** The largest z that groups of these sizes can show: every treatment value above every control value. */
export function largestZ(treatmentMachines: number, controlMachines: number): number {
  const m = treatmentMachines;
  const n = controlMachines;
  return m > 0 && n > 0 ? Math.sqrt((3 * m * n) / (m + n + 1)) : 0;
}

/** u: pairs in which treatment is larger, equal ones by half. ties: Σ t³ − t. */
function countPairs(treatment: Distribution, control: Distribution) {
  let u = 0;
  let ties = 0;
  let controlBelow = 0;
  let c = 0;
  let t = 0;
  while (t < treatment.values.length || c < control.values.length) {
    const value = Math.min(
      treatment.values[t] ?? Number.POSITIVE_INFINITY,
      control.values[c] ?? Number.POSITIVE_INFINITY,
    );
    const own = treatment.values[t] === value ? treatment.machines[t++]! : 0;
    const others = control.values[c] === value ? control.machines[c++]! : 0;
    u += own * (controlBelow + others / 2);
    controlBelow += others;
    const tied = own + others;
    ties += tied ** 3 - tied;
  }
  return { u, ties };
}

function isUsable([value, machines]: WeightedValue): boolean {
  return Number.isFinite(value) && Number.isFinite(machines) && machines > 0;
}
