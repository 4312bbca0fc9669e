import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repoRoot } from "../repo-root.ts";
import { readJunitReport, readPlaywrightReport, readVitestReport } from "./read-reports.ts";

function fileWith(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "ifrit-report-")), "report");
  writeFileSync(file, text);
  return file;
}

test("readVitestReport() counts a file that could not be loaded as a failure, and names what failed", () => {
  const failed = {
    fullName: "a › b",
    status: "failed",
    failureMessages: ["\u001b[31mno\u001b[39m"],
  };
  const passed = { fullName: "c", status: "passed" };
  const report = {
    ...{ numPassedTests: 2, numFailedTests: 1, numPendingTests: 1, numTodoTests: 1 },
    testResults: [
      {
        name: join(repoRoot, "lib/a.test.ts"),
        status: "failed",
        assertionResults: [passed, failed],
      },
      { name: "/else/b.test.ts", status: "failed", message: "no such", assertionResults: [] },
    ],
  };
  const outcome = readVitestReport(fileWith(JSON.stringify(report)));
  expect(outcome).toMatchObject({ passed: 2, failed: 2, skipped: 2 });
  expect(outcome.failures).toEqual([
    { test: expect.stringMatching(/else\/b\.test\.ts$/), message: "no such" },
    { test: "lib/a.test.ts › a › b", message: "no" },
  ]);
});

test("readPlaywrightReport() counts a flaky test as failed, wherever it is nested", () => {
  const stats = { expected: 3, unexpected: 0, flaky: 1, skipped: 0 };
  const spec = (title: string, status: string) => ({
    ...{ title, file: "a.spec.ts", ok: true },
    tests: [{ status, results: [{ errors: [{ message: "first time" }] }, {}] }],
  });
  const suites = [{ specs: [], suites: [{ specs: [spec("x", "flaky"), spec("y", "expected")] }] }];
  const outcome = readPlaywrightReport(fileWith(JSON.stringify({ stats, suites, errors: [] })));
  expect(outcome).toEqual({
    ...{ passed: 3, failed: 1, skipped: 0 },
    failures: [{ test: "e2e/a.spec.ts › x", message: "first time" }],
  });
});

test("readJunitReport() counts passed, failed and skipped cases", () => {
  const xml = `<testsuites><testsuite>
    <testcase name="a" time="0"/>
    <testcase name="b &lt;c&gt;" classname="./d.test.ts"><failure message="x">x &amp;amp; y
at z</failure></testcase>
    <testcase name="c"><skipped/></testcase></testsuite></testsuites>`;
  expect(readJunitReport(fileWith(xml))).toEqual({
    ...{ passed: 1, failed: 1, skipped: 1 },
    failures: [{ test: "agent/d.test.ts › b <c>", message: "x &amp; y\nat z" }],
  });
});

test("a report that is not there counts nothing", () => {
  expect(readVitestReport("/nonexistent/report")).toMatchObject({
    passed: 0,
    failed: 0,
    skipped: 0,
  });
});
