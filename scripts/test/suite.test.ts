import { expect, test } from "vitest";
import { judge, summaryLine } from "./suite.ts";

test("judge() calls a suite failed that ran nothing or ended badly", () => {
  const good = { passed: 3, failed: 0, skipped: 0 };
  expect(judge(good, 0).failed).toBe(0);
  expect(judge(good, 1).failed).toBe(1);
  expect(judge({ passed: 0, failed: 0, skipped: 5 }, 0).failed).toBe(1);
  expect(judge({ passed: 3, failed: 2, skipped: 0 }, 1).failed).toBe(2);
});

test("summaryLine() leaves out skipped tests when there are none", () => {
  expect(summaryLine([{ passed: 3, failed: 0, skipped: 0 }])).toBe("3 passed, 0 failed");
  expect(
    summaryLine([
      { passed: 3, failed: 1, skipped: 2 },
      { passed: 4, failed: 0, skipped: 0 },
    ]),
  ).toBe("7 passed, 1 failed, 2 skipped");
});
