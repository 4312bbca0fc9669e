import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ClusterPlan, ReleasePlan } from "../contract/release-plan.ts";
import { coverageOf } from "../desired-state/coverage.ts";
import { slotCount, slotOf } from "../desired-state/slot.ts";
import { entriesOfStage } from "./release-entries.ts";
import { stageReach } from "./stage-reach.ts";

const gate = {};
function release(stages: object[], order: "sticky" | "perRelease" = "sticky") {
  const plan = ReleasePlan.parse({
    ...{ agentName: "log-agent", version: "2.0.0", machineTypes: ["LINUX", "ARM64"], order },
    clusters: [{ clusterId: "c", stages }],
  });
  return { id: 3, plan, timestampMs: 1234, cluster: plan.clusters[0] as ClusterPlan };
}

describe("entriesOfStage()", () => {
  const { cluster, ...safe } = release([
    { kind: "gray", machineIds: ["m-1", "m-2", "gone"], gate },
    { kind: "batch", upToPercent: 10, gate },
    { kind: "batch", upToPercent: 50, gate },
    { kind: "full", gate },
  ]);
  const types = new Map([
    ["m-1", "LINUX" as const],
    ["m-2", "ARM64" as const],
  ]);
  const of = (stage: number) => entriesOfStage(safe, cluster, stage, types);

  test("names gray machines, each with its own type, and leaves out those that are gone", () => {
    expect(of(0).map((e) => [e.scope, e.machineId, e.machineType])).toEqual([
      ["gray", "m-1", "LINUX"],
      ["gray", "m-2", "ARM64"],
    ]);
  });

  test("adds only the batches that the stage adds to the ring", () => {
    const batches = (stage: number) =>
      of(stage).flatMap((e) => (e.machineType === "LINUX" ? [e.batch] : []));
    expect(batches(1)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(batches(2)).toEqual(Array.from({ length: 40 }, (_, index) => 11 + index));
    expect(new Set(of(2).map((e) => e.batchCount))).toEqual(new Set([100]));
  });

  test("ends with one default per type", () => {
    expect(of(3).map((e) => [e.scope, e.machineType])).toEqual([
      ["default", "LINUX"],
      ["default", "ARM64"],
    ]);
  });

  test("gives every entry of the release the same timestamp, version and release", () => {
    for (const entry of [0, 1, 2, 3].flatMap(of))
      expect(entry).toMatchObject({ releaseId: 3, timestampMs: 1234, version: "2.0.0" });
  });
});

const stagePlans = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 5 }),
    fc.boolean(),
    fc.constantFrom("sticky" as const, "perRelease" as const),
  )
  .map(([percents, full, order]) => {
    const stages: object[] = percents
      .sort((a, b) => a - b)
      .map((upToPercent) => ({ kind: "batch", upToPercent, gate }));
    if (full || stages.length === 0) stages.push({ kind: "full", gate });
    return release(stages, order);
  });

test("what a stage reaches for progress is exactly what its entries reach for machines", () => {
  fc.assert(
    fc.property(stagePlans, fc.integer({ min: 0, max: slotCount - 1 }), (planned, slot) => {
      const { cluster, ...identity } = planned;
      const { stageOfSlot } = stageReach(identity.plan, cluster);
      const first = cluster.stages.findIndex((_, index) =>
        coverageOf(entriesOfStage(identity, cluster, index, new Map())).coversSlot("LINUX", slot),
      );
      expect(stageOfSlot[slot]).toBe(first);
    }),
    { numRuns: 200 },
  );
});

test("a batch of p per cent reaches about p per cent of the slots, and per release others", () => {
  const share = (order: "sticky" | "perRelease") => {
    const { plan, cluster } = release([{ kind: "batch", upToPercent: 20, gate }], order);
    return stageReach(plan, cluster).stageOfSlot;
  };
  const [sticky, salted] = [share("sticky"), share("perRelease")];
  for (const slots of [sticky, salted]) {
    const reached = slots.filter((stage) => stage === 0).length / slotCount;
    expect(reached).toBeGreaterThan(0.19);
    expect(reached).toBeLessThan(0.21);
  }
  const both = sticky.filter((stage, slot) => stage === 0 && salted[slot] === 0).length;
  expect(both / slotCount).toBeLessThan(0.08);
});

test("a machine that is named and lies in a batch belongs to its gray stage", () => {
  const { plan, cluster } = release([
    { kind: "gray", machineIds: ["m-1"], gate },
    { kind: "full", gate },
  ]);
  const reach = stageReach(plan, cluster);
  expect(reach.grayMachineIds).toEqual(["m-1"]);
  expect([reach.grayStage, reach.stageOfSlot[slotOf("m-1")]]).toEqual([0, 1]);
});
