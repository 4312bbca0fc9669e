import { expect, test } from "vitest";
import { parseDurationMs, parseInstalled, parseTypes } from "./parse-values.ts";
import { parseVersionRule } from "./version-rule.ts";

test("parseVersionRule() reads agent, version, share and reason", () => {
  const rule = { agent: null, version: "1.2.0", share: 1, reason: null };
  expect(parseVersionRule("1.2.0")).toEqual(rule);
  expect(parseVersionRule("1.2.0=5%")).toEqual({ ...rule, share: 0.05 });
  expect(parseVersionRule("log-agent@1.2.0+b1=0.5:disk_full")).toEqual({
    ...{ agent: "log-agent", version: "1.2.0+b1", share: 0.5, reason: "disk_full" },
  });
  for (const wrong of ["", "=0.5", "1.2.0=", "1.2.0=1.5", "1.2.0=5:nonsense", "A@1", "a@b@c"])
    expect(() => parseVersionRule(wrong), wrong).toThrow(SyntaxError);
});

test("durations, types and installed agents are read, and refused in words", () => {
  expect(["90", "90s", "5m", "0.5h", "20ms"].map(parseDurationMs)).toEqual([
    ...[90_000, 90_000, 300_000, 1_800_000, 20],
  ]);
  expect(() => parseDurationMs("soon")).toThrow(/say 90s/);
  expect(parseTypes("linux=0.7, ARM64=30%")).toEqual({ LINUX: 0.7, ARM64: 0.3 });
  expect(() => parseTypes("BSD=1")).toThrow(/no machine type/);
  expect(() => parseTypes("LINUX=0")).toThrow(SyntaxError);
  expect(parseInstalled("log-agent=1.0.0")).toEqual({ name: "log-agent", version: "1.0.0" });
  expect(() => parseInstalled("log-agent")).toThrow(SyntaxError);
});
