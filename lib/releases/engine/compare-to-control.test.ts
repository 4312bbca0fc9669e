import { describe, expect, it } from "vitest";
import { compareToControl, singleValues } from "./compare-to-control.ts";
import type { ComparisonFacts, GroupSamples } from "./facts.ts";
import { logFisherTail } from "./fisher-exact.ts";
import { distributionOf, largestZ, mannWhitneyZ, medianOf } from "./mann-whitney.ts";
import { upperNormalZ } from "./normal-quantile.ts";
import { logTailBound } from "./tail-bound.ts";
import { randomOf } from "./testing/noisy-fleet.ts";
import { playSafeRelease } from "./testing/play-release.ts";

const settings = { ratioMax: 1.25, watchSecondsMax: 6 * 3600 };

function group(
  machines: number,
  rss: (index: number) => number,
  changed: Partial<GroupSamples> = {},
) {
  const values = singleValues(Array.from({ length: machines }, (_, index) => rss(index)));
  return { machines, cpuPercent: [], rssBytes: values, restartedMachines: null, ...changed };
}
function compare(
  treatment: GroupSamples,
  control: GroupSamples,
  basis: ComparisonFacts["basis"] = "level",
) {
  return compareToControl(
    { basis, strata: [{ machineType: "LINUX", treatment, control }] },
    settings,
  );
}
const mib = 1024 * 1024;
const spread = (factor: number) => (index: number) => factor * mib * (100 + (index % 50));

describe("compareToControl()", () => {
  it.each<[string, GroupSamples, GroupSamples, string]>([
    ["the same", group(100, spread(1)), group(1000, spread(1)), "fine"],
    ["less", group(100, spread(0.5)), group(1000, spread(1)), "fine"],
    ["twice the memory", group(100, spread(2)), group(1000, spread(1)), "worse"],
    ["ten machines are enough for that", group(20, spread(2)), group(1000, spread(1)), "worse"],
    ["1.2 times, below the least effect", group(5000, spread(1.2)), group(5000, spread(1)), "fine"],
    ["ten times next to nothing", group(100, () => 1e6), group(1000, () => 1e5), "fine"],
    ["too few machines to say", group(4, spread(9)), group(1000, spread(1)), "notComparable"],
    ["no control group", group(100, spread(9)), group(0, spread(1)), "notComparable"],
    [
      "nobody measures",
      group(0, spread(1), { machines: 9 }),
      group(0, spread(1), { machines: 9 }),
      "notComparable",
    ],
    [
      "only the old version is measured",
      group(0, spread(1), { machines: 100 }),
      group(1000, spread(1)),
      "noSamples",
    ],
    [
      "one in twenty eats memory",
      group(1000, (index) => spread(index % 20 === 0 ? 5 : 1)(index)),
      group(5000, spread(1)),
      "worse",
    ],
    [
      "values that are no numbers",
      group(100, () => Number.NaN),
      group(1000, spread(1)),
      "noSamples",
    ],
  ])("%s", (_name, treatment, control, kind) => {
    expect(compare(treatment, control).kind).toBe(kind);
  });

  it("tells which machines differ in what, and by how much", () => {
    expect(
      compare(
        group(100, () => 300 * mib),
        group(1000, () => 100 * mib),
      ),
    ).toEqual({
      kind: "worse",
      finding: {
        ...{ reason: "memory", where: "median", machineType: "LINUX" },
        ...{
          treatment: 300 * mib,
          control: 100 * mib,
          treatmentMachines: 100,
          controlMachines: 1000,
        },
      },
    });
  });

  it("compares ratios to each machine's own past without a least difference", () => {
    const grown = group(100, (index) => 1.5 + (index % 9) / 100);
    const steady = group(1000, (index) => 0.96 + (index % 9) / 100);
    expect(compare(grown, steady, "ratioToOwnBefore").kind).toBe("worse");
  });

  it("compares the share of machines with restarts", () => {
    const some = (machines: number, restartedMachines: number) =>
      group(machines, spread(1), { restartedMachines });
    expect(compare(some(500, 50), some(5000, 5))).toMatchObject({
      ...{ kind: "worse", finding: { reason: "restarts", treatment: 0.1, control: 0.001 } },
    });
    expect(compare(some(500, 50), some(5000, 300)).kind).toBe("fine");
    expect(compare(some(500, 2), some(5000, 0)).kind, "two restarts are nothing").toBe("fine");
  });
});

describe("the statistics", () => {
  it("mannWhitneyZ() agrees with the textbook and with itself on histograms", () => {
    const t = distributionOf(singleValues([19, 22, 16, 29, 24]));
    const c = distributionOf(singleValues([20, 11, 17, 12]));
    // U = 17 of 20: z = (17 − 10 − ½) / √(5 · 4 · 10 / 12)
    expect(mannWhitneyZ(t, c)).toBeCloseTo(6.5 / Math.sqrt(200 / 12), 10);
    const single = distributionOf(singleValues([1, 1, 1, 2, 2, 3]));
    const binned = distributionOf([
      [2, 2],
      [1, 3],
      [3, 1],
    ]);
    expect(single).toEqual(binned);
    expect(medianOf(single)).toBe(1.5);
    expect(mannWhitneyZ(single, single)).toBe(0);
    const apart = mannWhitneyZ(
      distributionOf([[9, 40]]),
      distributionOf([
        [1, 50],
        [2, 50],
      ]),
    );
    expect(apart).toBeGreaterThan(largestZ(40, 100) * 0.99);
  });

  it("mannWhitneyZ() of equal distributions exceeds z as seldom as a normal value", () => {
    const random = randomOf(1);
    let above = 0;
    const draw = (count: number) => singleValues(Array.from({ length: count }, random));
    for (let round = 0; round < 4000; round += 1)
      if (mannWhitneyZ(distributionOf(draw(15)), distributionOf(draw(40))) > 2.326) above += 1;
    expect(above / 4000).toBeLessThan(0.014);
  });

  it("upperNormalZ() is never too small", () => {
    for (const [chance, z] of [
      [0.01, 2.3263],
      [1e-4, 3.719],
      [1e-6, 4.7534],
      [1e-9, 5.9978],
    ] as const) {
      expect(upperNormalZ(Math.log(chance))).toBeGreaterThanOrEqual(z);
      expect(upperNormalZ(Math.log(chance))).toBeLessThan(z + 0.08);
    }
  });

  it("logTailBound() bounds the exact binomial tail", () => {
    const exact = (hits: number, drawn: number, share: number) => {
      let term = (1 - share) ** drawn;
      let below = 0;
      for (let k = 0; k < hits; k += 1) {
        below += term;
        term *= ((drawn - k) / (k + 1)) * (share / (1 - share));
      }
      return 1 - below;
    };
    for (const [hits, drawn, share] of [
      [3, 20, 0.05],
      [10, 50, 0.1],
      [50, 50, 0.9],
    ] as const)
      expect(Math.exp(logTailBound(hits, drawn, share)) * 1.000_001).toBeGreaterThanOrEqual(
        exact(hits, drawn, share),
      );
    expect(logTailBound(1, 10, 0)).toBe(Number.NEGATIVE_INFINITY);
    expect(logTailBound(0, 0, 0.5)).toBe(0);
  });
});

describe("logFisherTail()", () => {
  it("agrees with the tea tasting, and with sums that can be counted by hand", () => {
    // Four of four cups: 1/70; three of four or more: 17/70.
    expect(Math.exp(logFisherTail(4, 4, 0, 4))).toBeCloseTo(1 / 70, 12);
    expect(Math.exp(logFisherTail(3, 4, 1, 4))).toBeCloseTo(17 / 70, 12);
    expect(logFisherTail(0, 4, 2, 4)).toBeCloseTo(0, 12);
  });

  it("stays exact for a million machines", () => {
    // One hit among half of the machines: exactly one half.
    expect(Math.exp(logFisherTail(1, 500_000, 0, 500_000))).toBeCloseTo(0.5, 6);
    expect(logFisherTail(900, 10_000, 90, 990_000)).toBeLessThan(-1000);
  });
});

describe("the safe template on 10,000 noisy machines", () => {
  const seeds = 200;
  const size = 10_000;

  it(`halts fewer than 1 % of ${seeds} good releases`, () => {
    const halted = Array.from({ length: seeds }, (_, seed) =>
      playSafeRelease({ seed, size, changingMax: 2000, minutesPerTick: 5 }),
    ).filter(({ release }) => release.clusters[0]!.state !== "waitingForVerification");
    const reasons = halted.map(({ release }) => JSON.stringify(release.stateReason));
    console.log(`false alarms: ${halted.length} of ${seeds} good releases`, ...reasons);
    expect(halted.length / seeds).toBeLessThan(0.01);
  }, 60_000);

  it.each([
    ["eats memory everywhere", { share: 1, rssFactor: 2 }],
    ["eats CPU everywhere", { share: 1, cpuFactor: 4 }],
    ["fails on 10 %", { share: 0.1, fails: true }],
    ["goes dark on 10 %", { share: 0.1, goesDark: true }],
    ["exits now and then on 15 %", { share: 0.15, exits: true }],
  ])("halts a version that %s before more than 1 % + cap changed", (_name, bad) => {
    for (const seed of [1, 2, 3]) {
      const played = playSafeRelease({ seed, size, changingMax: 50, minutesPerTick: 1, bad });
      expect(played.release.state).toBe("paused");
      expect(played.fleet.changedMachines).toBeLessThanOrEqual(0.011 * size + 50);
    }
  });

  it("halts a version that fails on 5 % there too, but for the luck of a hundred machines", () => {
    const changed = Array.from({ length: 40 }, (_, seed) => {
      const bad = { share: 0.05, fails: seed % 2 === 0, goesDark: seed % 2 === 1 };
      const played = playSafeRelease({ seed, size, changingMax: 50, minutesPerTick: 1, bad });
      expect(played.release.state).toBe("paused");
      return played.fleet.changedMachines;
    });
    const contained = changed.filter((machines) => machines <= 0.011 * size + 50);
    console.log(`contained in 1 % + cap: ${contained.length} of 40, worst ${Math.max(...changed)}`);
    // At most one failure among 100 machines, at 5 %: 3.7 % of all releases.
    expect(contained.length).toBeGreaterThanOrEqual(36);
    expect(Math.max(...changed)).toBeLessThanOrEqual(0.05 * size);
  });

  it("halts a version that eats memory on one machine in twenty within the first 10 %", () => {
    const bad = { share: 0.05, rssFactor: 8 };
    const options = { seed: 5, size, changingMax: 200, minutesPerTick: 1, bad };
    const { release, fleet } = playSafeRelease(options);
    expect(release.stateReason?.values).toMatchObject({ reason: "memory", where: "tail" });
    expect(fleet.changedMachines).toBeLessThanOrEqual(0.11 * size);
  });
});
