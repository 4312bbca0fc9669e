import { expect, test } from "vitest";
import { findLostReports } from "./want-full-reports.ts";

test("a machine whose state differs for longer than the grace has lost a report", () => {
  const mismatches = new Map<string, number>();
  const seen = new Map([["m-1", "new"]]);
  const stored = new Map([["m-1", "old"]]);
  expect(findLostReports(mismatches, seen, stored, 0).lost).toEqual([]);
  expect(findLostReports(mismatches, seen, stored, 14_999).lost).toEqual([]);
  expect(findLostReports(mismatches, seen, stored, 15_000).lost).toEqual(["m-1"]);
});

test("a machine whose report has arrived is settled", () => {
  const mismatches = new Map([["m-1", 0]]);
  const same = new Map([["m-1", "new"]]);
  expect(findLostReports(mismatches, same, same, 20_000)).toEqual({ lost: [], settled: ["m-1"] });
  expect(mismatches.size).toBe(0);
});

test("a machine that MySQL does not know is not asked", () => {
  const mismatches = new Map<string, number>();
  findLostReports(mismatches, new Map([["m-1", "new"]]), new Map(), 0);
  expect(mismatches.size).toBe(0);
});
