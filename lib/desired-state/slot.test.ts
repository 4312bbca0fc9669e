import { expect, test } from "vitest";
import { slotCount, slotOf } from "./slot.ts";

test("slotOf() is pinned: it is stored on machines and in tokens", () => {
  expect(["m-1", "10.0.0.7", "i-0abc"].map(slotOf)).toMatchInlineSnapshot(`
    [
      14310,
      1989,
      12212,
    ]
  `);
});

test("slotOf() spreads machines evenly", () => {
  const quarters = [0, 0, 0, 0];
  for (let index = 0; index < 40_000; index += 1)
    quarters[Math.floor((slotOf(`10.1.${index >> 8}.${index & 255}`) / slotCount) * 4)]! += 1;
  for (const quarter of quarters) expect(Math.abs(quarter - 10_000)).toBeLessThan(400);
});
