import { expect, test } from "vitest";
import { calmBehaviours } from "./behaviours.ts";
import { fateOf } from "./fate.ts";
import { draw, gaussian, randomStream } from "./random.ts";
import { sampleAgent } from "./sample-agent.ts";
import { newAgent } from "./sim-agent.ts";

const machines = Array.from({ length: 20_000 }, (_, index) => index);

test("fateOf() befalls the share of machines that the rule names, and the same ones each time", () => {
  const behaviours = {
    ...calmBehaviours,
    fails: [{ agent: null, version: "1.1.0", share: 0.05, reason: null }],
  };
  const failing = (seed: number, version: string) =>
    machines.filter((machine) => fateOf(behaviours, { seed, machine }, "a", version).failure);
  expect(failing(1, "1.1.0").length / machines.length).toBeCloseTo(0.05, 2);
  expect(failing(1, "1.1.0")).toEqual(failing(1, "1.1.0"));
  expect(failing(2, "1.1.0")).not.toEqual(failing(1, "1.1.0"));
  expect(failing(1, "1.0.0")).toEqual([]);
});

test("fateOf() gives the rule's reason, and spreads the usual ones without", () => {
  const rule = { agent: "a", version: "2", share: 1 };
  const reasons = (reason: "disk_full" | null) =>
    new Set(
      machines
        .slice(0, 200)
        .map(
          (machine) =>
            fateOf(
              { ...calmBehaviours, fails: [{ ...rule, reason }] },
              { seed: 1, machine },
              "a",
              "2",
            ).failure,
        ),
    );
  expect(reasons("disk_full")).toEqual(new Set(["disk_full"]));
  expect(reasons(null)).toEqual(new Set(["exited_early", "liveness_failed", "start_failed"]));
});

test("draw() is even, and independent between topics", () => {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const one = machines.map((machine) => draw(3, machine, "one"));
  const other = machines.map((machine) => draw(3, machine, "other"));
  expect(mean(one)).toBeCloseTo(0.5, 1);
  const covariance = mean(one.map((value, index) => (value - 0.5) * (other[index]! - 0.5)));
  expect(Math.abs(covariance)).toBeLessThan(0.002);
});

test("gaussian() has mean 0 and deviation 1", () => {
  const random = randomStream(5);
  const values = machines.map(() => gaussian(random));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  expect(Math.abs(mean)).toBeLessThan(0.03);
  expect(Math.abs(variance - 1)).toBeLessThan(0.05);
});

test("sampleAgent() is noisy around what is usual, and grows with age where memory is eaten", () => {
  const state = { ...newAgent("a").state, version: "1", pid: 5 };
  const player = { seed: 1, machine: 9, random: randomStream(1) };
  const fate = fateOf(calmBehaviours, player, "a", "1");
  const calm = sampleAgent(state, player, fate, 600_000);
  const hungry = sampleAgent(state, player, { ...fate, eatsMemory: true }, 600_000);
  expect(calm.rssBytes).toBeLessThan(100 * 1024 ** 2);
  expect(hungry.rssBytes).toBeGreaterThan(1000 * 1024 ** 2);
  expect(sampleAgent({ ...state, pid: null }, player, fate, 0)).toEqual({
    ...{ cpuPercent: null, rssBytes: null },
  });
});
