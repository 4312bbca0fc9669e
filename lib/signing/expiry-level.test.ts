import { expect, test } from "vitest";
import { expiryLevel } from "./expiry-level.ts";

const day = 86_400_000;

test.each([
  [31, "good"],
  [30, "notice"],
  [14.5, "notice"],
  [14, "warning"],
  [7.5, "warning"],
  [7, "alarm"],
  [0.001, "alarm"],
  [0, "expired"],
  [-400, "expired"],
] as const)("fault 29: a root that ends in %s days is %s", (days, level) => {
  expect(expiryLevel(1_000 * day + days * day, 1_000 * day)).toBe(level);
});
