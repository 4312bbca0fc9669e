import { spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildServer } from "../build/build-server.ts";
import { repoRoot } from "../repo-root.ts";
import { UserError } from "../user-error.ts";
import { checks } from "../verify/checks.ts";
import { runChecks } from "../verify/run-checks.ts";
import { readJunitReport, readPlaywrightReport, readVitestReport } from "./read-reports.ts";
import { judge, type Outcome, type Suite } from "./suite.ts";

const reports = join(repoRoot, "test-results", "reports");

/** In the order in which they run: quick ones first. */
export const suites: Suite[] = [
  { name: "verify", run: runVerify },
  { name: "unit", run: () => runVitest("unit") },
  { name: "store", run: () => runVitest("store") },
  { name: "scenarios", run: () => runVitest("scenarios") },
  { name: "agent", run: runAgentTests },
  { name: "archives", run: () => runVitest("archives") },
  { name: "build", run: runBuild },
  { name: "e2e", run: runEndToEnd },
];

async function runVerify(): Promise<Outcome> {
  const results = await runChecks(checks);
  const count = (status: string) => results.filter((result) => result.status === status).length;
  const counts = { passed: count("passed"), failed: count("failed"), skipped: count("skipped") };
  const failures = results
    .filter(({ status }) => status === "failed")
    .map(({ name, output }) => ({ test: name, message: output.trim() }));
  return { ...counts, failures };
}

async function runVitest(project: string): Promise<Outcome> {
  const report = freshReport(`vitest-${project}.json`);
  const code = await show("vitest", [
    ...["run", "--project", project, "--reporter=default", "--reporter=json"],
    `--outputFile.json=${report}`,
  ]);
  return judge(readVitestReport(report), code);
}

async function runAgentTests(): Promise<Outcome> {
  const report = freshReport("deno.xml");
  const flags = ["--no-check", "--allow-all", "--parallel", `--junit-path=${report}`];
  // More at once than there are cores: these tests mostly wait for processes of theirs.
  const code = await show("deno", ["test", ...flags], join(repoRoot, "agent"), { DENO_JOBS: "4" });
  return judge(readJunitReport(report), code);
}

async function runBuild(): Promise<Outcome> {
  try {
    await buildServer();
    return { passed: 1, failed: 0, skipped: 0, failures: [] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const message = `${error.message}\n${error.remedy}`;
    return { passed: 0, failed: 1, skipped: 0, failures: [{ test: "build", message }] };
  }
}

async function runEndToEnd(): Promise<Outcome> {
  const report = freshReport("playwright.json");
  const code = await show("playwright", ["test", "--reporter=list,json"], repoRoot, {
    PLAYWRIGHT_JSON_OUTPUT_FILE: report,
  });
  return judge(readPlaywrightReport(report), code);
}

function freshReport(name: string): string {
  mkdirSync(reports, { recursive: true });
  const file = join(reports, name);
  rmSync(file, { force: true });
  return file;
}

/** Runs a tool of node_modules with its output on our screen. */
function show(
  tool: string,
  args: string[],
  cwd = repoRoot,
  env: Record<string, string> = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(repoRoot, "node_modules", ".bin", tool), args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "inherit", "inherit"],
    });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
