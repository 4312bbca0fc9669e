import { inspect } from "node:util";
import { runMain } from "./run-main.ts";
import { chineseFontRequirement, chromiumRequirement } from "./system/chromium.ts";
import { installIfPossible, installMissing } from "./system/debian-packages.ts";
import { arm64Requirement } from "./test/arm64-requirement.ts";
import { daemonRequirements } from "./test/daemon-requirements.ts";
import { faultRequirements } from "./test/fault-requirements.ts";
import {
  failureList,
  type Suite,
  type SuiteResult,
  summaryLine,
  summaryTable,
} from "./test/suite.ts";
import { suites } from "./test/suites.ts";
import { mariaDbRequirement, redisRequirement } from "./up/requirements.ts";
import { UserError } from "./user-error.ts";

const needStores = ["store", "scenarios", "archives", "e2e"];

/** All suites, or those that are named: `npm test -- unit store`. The last line is the sum. */
runMain(async () => {
  const chosen = chooseSuites(process.argv.slice(2));
  await installMissing(requirementsOf(chosen));
  if (chosen.some((suite) => suite.name === "archives")) await installIfPossible(arm64Requirement);
  if (chosen.some((suite) => suite.name === "agent"))
    for (const one of [...daemonRequirements, ...faultRequirements]) await installIfPossible(one);
  const results: SuiteResult[] = [];
  for (const suite of chosen) results.push(await run(suite));
  const failures = failureList(results);
  if (failures) console.log(`\n${failures}`);
  console.log(`\n${summaryTable(results)}\n`);
  console.log(summaryLine(results));
  return results.some((result) => result.failed > 0) ? 1 : 0;
});

function chooseSuites(names: string[]): Suite[] {
  if (names.length === 0) return suites;
  const unknown = names.filter((name) => !suites.some((suite) => suite.name === name));
  if (unknown.length > 0)
    throw new UserError(
      `There is no suite ${unknown.join(", ")}.`,
      `The suites: ${suites.map((suite) => suite.name).join(", ")}.`,
    );
  // The browser looks at what was built last.
  const wanted = names.includes("e2e") ? [...names, "build"] : names;
  return suites.filter((suite) => wanted.includes(suite.name));
}

function requirementsOf(chosen: readonly Suite[]) {
  const names = new Set(chosen.map((suite) => suite.name));
  return [
    ...(needStores.some((name) => names.has(name)) ? [mariaDbRequirement, redisRequirement] : []),
    ...(names.has("e2e") ? [chromiumRequirement, chineseFontRequirement] : []),
  ];
}

async function run(suite: Suite): Promise<SuiteResult> {
  console.log(`\n── ${suite.name} ──`);
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  try {
    const outcome = await suite.run();
    return { name: suite.name, ...outcome, seconds: seconds() };
  } catch (error) {
    const failures = [{ test: "could not be run", message: inspect(error) }];
    const counts = { passed: 0, failed: 1, skipped: 0 };
    return { name: suite.name, ...counts, failures, seconds: seconds() };
  }
}
