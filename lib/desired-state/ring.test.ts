import fc from "fast-check";
import { expect, test } from "vitest";
import { batchCountMax, batchesOfSlots } from "./ring.ts";
import { slotCount } from "./slot.ts";

const salt = fc.string({ maxLength: 12 });
const batchCount = fc.integer({ min: 1, max: 50 });

function loads(batches: Uint16Array, count: number): number[] {
  const load = new Array<number>(count).fill(0);
  for (const batch of batches) load[batch - 1]! += 1;
  return load;
}

test("batchesOfSlots() gives every batch its share: the largest is at most 10 % over the mean", {
  timeout: 60_000,
}, () => {
  fc.assert(
    fc.property(batchCount, salt, (count, ring) => {
      const load = loads(batchesOfSlots(count, ring), count);
      expect(Math.max(...load) / (slotCount / count)).toBeLessThanOrEqual(1.1);
      expect(Math.min(...load)).toBeGreaterThan(0);
    }),
    { numRuns: 40 },
  );
});

test("one batch more moves little more than its own share of the slots", {
  timeout: 60_000,
}, () => {
  fc.assert(
    fc.property(batchCount, salt, (count, ring) => {
      const before = batchesOfSlots(count, ring);
      const after = batchesOfSlots(count + 1, ring);
      let moved = 0;
      for (let slot = 0; slot < slotCount; slot += 1) if (before[slot] !== after[slot]) moved += 1;
      expect(moved / slotCount).toBeLessThanOrEqual(1 / (count + 1) + 0.03);
    }),
    { numRuns: 40 },
  );
});

test("batchesOfSlots() is the same every time, and another one with another salt", () => {
  expect(batchesOfSlots(10)).toBe(batchesOfSlots(10));
  expect(batchesOfSlots(10, "release-7")).not.toEqual(batchesOfSlots(10));
});

test("the ring's very assignment is pinned: changing it would move machines between batches", () => {
  const batches = batchesOfSlots(10);
  expect([0, 1, 2, 1_000, 8_000, 16_383].map((slot) => batches[slot])).toMatchInlineSnapshot(`
    [
      3,
      8,
      6,
      2,
      3,
      5,
    ]
  `);
});

test.each([0, -1, 1.5, batchCountMax + 1])("batchesOfSlots(%s) is refused", (count) => {
  expect(() => batchesOfSlots(count)).toThrow(RangeError);
});
