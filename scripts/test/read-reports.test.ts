import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readJunitReport, readPlaywrightReport, readVitestReport } from "./read-reports.ts";

function fileWith(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "ifrit-report-")), "report");
  writeFileSync(file, text);
  return file;
}

test("readVitestReport() counts a file that could not be loaded as a failure", () => {
  const report = {
    ...{ numPassedTests: 2, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1 },
    testResults: [
      { status: "passed", assertionResults: [{}, {}, {}, {}] },
      { status: "failed", assertionResults: [] },
    ],
  };
  const counts = readVitestReport(fileWith(JSON.stringify(report)));
  expect(counts).toEqual({ passed: 2, failed: 1, skipped: 2 });
});

test("readPlaywrightReport() counts a flaky test as failed", () => {
  const stats = { expected: 3, unexpected: 0, flaky: 1, skipped: 0 };
  const counts = readPlaywrightReport(fileWith(JSON.stringify({ stats, errors: [] })));
  expect(counts).toEqual({ passed: 3, failed: 1, skipped: 0 });
});

test("readJunitReport() counts passed, failed and skipped cases", () => {
  const xml = `<testsuites><testsuite>
    <testcase name="a" time="0"/>
    <testcase name="b"><failure message="x">at y</failure></testcase>
    <testcase name="c"><skipped/></testcase></testsuite></testsuites>`;
  expect(readJunitReport(fileWith(xml))).toEqual({ passed: 1, failed: 1, skipped: 1 });
});

test("a report that is not there counts nothing", () => {
  expect(readVitestReport("/nonexistent/report")).toEqual({ passed: 0, failed: 0, skipped: 0 });
});
