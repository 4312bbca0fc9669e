import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { selectGrayMachines } from "./select-gray.ts";

const candidates = Array.from({ length: 250 }, (_, index) => ({
  machineId: `m${index}`,
  labels: { room: `r${index % 5}` },
  online: true,
}));

describe("selectGrayMachines()", () => {
  it("takes a share, rounded up, of the machines with the labels", () => {
    const chosen = selectGrayMachines(candidates, { labels: { room: "r1" }, percent: 5 }, "");
    expect(chosen).toHaveLength(3);
    expect(chosen.every((id) => Number(id.slice(1)) % 5 === 1)).toBe(true);
    expect(selectGrayMachines(candidates, { percent: 50, machinesMax: 1 }, "")).toHaveLength(1);
    expect(selectGrayMachines([], { percent: 50 }, "")).toEqual([]);
  });

  it("is stable: order does not matter, a larger share includes a smaller one", () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(candidates, { minLength: candidates.length }),
        fc.integer({ min: 1, max: 99 }),
        fc.string(),
        (shuffled, percent, salt) => {
          const chosen = selectGrayMachines(shuffled, { percent }, salt);
          expect(chosen).toEqual(selectGrayMachines(candidates, { percent }, salt));
          const more = selectGrayMachines(candidates, { percent: percent + 1 }, salt);
          expect(more.slice(0, chosen.length)).toEqual(chosen);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("chooses the same of many more than it keeps", () => {
    const many = Array.from({ length: 12_000 }, (_, index) => ({
      ...{ machineId: `m${index}`, labels: {}, online: index % 3 > 0 },
    }));
    const all = selectGrayMachines(many, {}, "s");
    for (const machinesMax of [1, 7, 100])
      expect(selectGrayMachines(many, { machinesMax }, "s")).toEqual(all.slice(0, machinesMax));
    expect(selectGrayMachines(many.toReversed(), { percent: 1 }, "s")).toEqual(all.slice(0, 120));
  });

  it("asks machines that are online first, and others than under another salt", () => {
    const half = candidates.map((one, index) => ({ ...one, online: index % 2 === 0 }));
    const chosen = selectGrayMachines(half, { machinesMax: 100 }, "");
    expect(chosen.every((id) => Number(id.slice(1)) % 2 === 0)).toBe(true);
    expect(selectGrayMachines(half, { machinesMax: 100 }, "salt")).not.toEqual(chosen);
  });
});
