import { expect, test } from "vitest";
import { failureList, judge, type Outcome, summaryLine } from "./suite.ts";

const outcome = (passed: number, failed: number, skipped = 0): Outcome => ({
  ...{ passed, failed, skipped },
  failures: [],
});

test("judge() calls a suite failed that ran nothing or ended badly", () => {
  const good = outcome(3, 0);
  expect(judge(good, 0)).toEqual(good);
  expect(judge(good, 1)).toMatchObject({ failed: 1, failures: [{ test: "the suite itself" }] });
  expect(judge(outcome(0, 0, 5), 0).failed).toBe(1);
  expect(judge(outcome(3, 2), 1).failed).toBe(2);
});

test("summaryLine() leaves out skipped tests when there are none", () => {
  expect(summaryLine([outcome(3, 0)])).toBe("3 passed, 0 failed");
  expect(summaryLine([outcome(3, 1, 2), outcome(4, 0)])).toBe("7 passed, 1 failed, 2 skipped");
});

test("failureList() names each test that failed with the beginning of what it said", () => {
  const long = Array.from({ length: 100 }, (_, line) => `line ${line}`).join("\n");
  const failures = [{ test: "lib/a.test.ts › b", message: long }];
  const list = failureList([{ name: "unit", seconds: 1, ...outcome(1, 1), failures }]);
  expect(list).toMatch(/^✗ unit: lib\/a\.test\.ts › b\n {4}line 0\n/);
  expect(list.split("\n").length).toBeLessThan(20);
  expect(failureList([{ name: "unit", seconds: 1, ...outcome(1, 0) }])).toBe("");
});
