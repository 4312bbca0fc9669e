import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Counts } from "./suite.ts";

const none: Counts = { passed: 0, failed: 0, skipped: 0 };

const VitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

/** A file that could not even be loaded counts as one failure. */
export function readVitestReport(file: string): Counts {
  const report = parse(file, VitestReport);
  if (!report) return none;
  const broken = report.testResults.filter(
    (result) => result.status === "failed" && result.assertionResults.length === 0,
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

const PlaywrightReport = z.object({
  stats: z.object({
    expected: z.number(),
    unexpected: z.number(),
    flaky: z.number(),
    skipped: z.number(),
  }),
  errors: z.array(z.unknown()),
});

/** A test that passed only when it was repeated has failed. */
export function readPlaywrightReport(file: string): Counts {
  const report = parse(file, PlaywrightReport);
  if (!report) return none;
  const { expected, unexpected, flaky, skipped } = report.stats;
  return { passed: expected, failed: unexpected + flaky + report.errors.length, skipped };
}

/** The JUnit report of `deno test`. */
export function readJunitReport(file: string): Counts {
  const text = readText(file);
  const cases = [...text.matchAll(/<testcase\b[^>]*?(\/>|>([\s\S]*?)<\/testcase>)/g)];
  const inner = cases.map((match) => match[2] ?? "");
  const failed = inner.filter((body) => /<(failure|error)\b/.test(body)).length;
  const skipped = inner.filter((body) => /<skipped\b/.test(body)).length;
  return { passed: cases.length - failed - skipped, failed, skipped };
}

function parse<T>(file: string, schema: z.ZodType<T>): T | null {
  const text = readText(file);
  return text ? schema.parse(JSON.parse(text)) : null;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
