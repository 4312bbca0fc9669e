import { repoRoot } from "./repo-root.ts";
import { runMain } from "./run-main.ts";
import { runCommand } from "./system/run-command.ts";
import type { Check } from "./verify/check.ts";
import { checks } from "./verify/checks.ts";
import { runChecks } from "./verify/run-checks.ts";

const unitTests: Check = {
  name: "unit tests",
  run: async () => {
    const args = ["run", "--project", "unit", "--reporter=dot"];
    const result = await runCommand(`${repoRoot}/node_modules/.bin/vitest`, args, {
      cwd: repoRoot,
    });
    return { status: result.code === 0 ? "passed" : "failed", output: result.output };
  },
};

/** The quick part of the tests: no store, no browser, seconds. */
runMain(async () => {
  const results = await runChecks([...checks, unitTests]);
  const failed = results.filter((result) => result.status === "failed");
  if (failed.length === 0) return 0;
  console.log(`✗ not well: ${failed.map((result) => result.name).join(", ")}`);
  return 1;
});
