import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { failureReasons } from "../contract/agent-state.ts";
import { coverageOf } from "../desired-state/coverage.ts";
import { slotCount } from "../desired-state/slot.ts";
import { type OutcomeGroup, outcomes } from "../fleet-status/outcome.ts";
import { usableFacts } from "./engine/facts.ts";
import {
  foldIntoStages,
  noCounts,
  sumCounts,
  toProgressCounts,
  toRolledBackCounts,
} from "./stage-facts.ts";

const stageOfSlot = new Int8Array(slotCount).fill(1);
stageOfSlot.fill(0, 0, 100);
const reach = { grayStage: -1, grayMachineIds: [], stageOfSlot };
const nothing = coverageOf([]);

const groups = fc.array(
  fc.record({
    type: fc.constant("LINUX" as const),
    slot: fc.integer({ min: 0, max: 200 }),
    outcome: fc.constantFrom(...outcomes),
    reason: fc.constantFrom(...failureReasons),
    machines: fc.integer({ min: 1, max: 1000 }),
    restarted: fc.constant(0),
  }),
);
const fold = (list: OutcomeGroup[], newer = nothing) =>
  foldIntoStages(2, reach, { groups: list, named: [] }, newer);

describe("foldIntoStages()", () => {
  test("counts every machine once, so that the engine takes the facts as evidence", () => {
    fc.assert(
      fc.property(groups, (list) => {
        const stages = fold(list);
        const machines = list.reduce((sum, group) => sum + group.machines, 0);
        expect(stages.reduce((sum, stage) => sum + stage.targeted, 0)).toBe(machines);
        const facts = { machines, factsAtMs: 1, stages, comparison: null };
        const cluster = { ...facts, frozen: null, freezeEndedAtMs: null };
        const known = usableFacts(
          { clusterId: "c", stageIndex: 0 },
          { clusters: { c: cluster } },
          1,
        );
        expect(known).toBe(cluster);
      }),
    );
  });

  test("leaves machines that a newer release reaches to it", () => {
    const newer = coverageOf([
      {
        ...{ releaseId: 9, agentName: "a", version: "2", timestampMs: 9, scope: "default" },
        ...{ machineType: "LINUX", machineId: null, batch: null, batchCount: null, ringSalt: "" },
      },
    ]);
    const list = [
      { type: "LINUX", slot: 1, outcome: "healthy", reason: null, machines: 5, restarted: 0 },
    ];
    expect(fold(list as OutcomeGroup[], newer)[0]?.targeted).toBe(0);
  });
});

test("progress adds up, running and rolled back", () => {
  fc.assert(
    fc.property(groups, (list) => {
      for (const facts of fold(list))
        for (const counts of [toProgressCounts(facts), toRolledBackCounts(facts)]) {
          const { targeted, ...parts } = counts;
          expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(targeted);
          expect(targeted).toBe(facts.targeted);
        }
    }),
  );
});

test("sumCounts() of nothing is nothing", () => {
  expect(sumCounts([])).toEqual(noCounts());
});
