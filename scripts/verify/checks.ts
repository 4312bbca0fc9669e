import { existsSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../repo-root.ts";
import { runCommand } from "../system/run-command.ts";
import type { Check } from "./check.ts";
import { checkAdvisories } from "./check-advisories.ts";
import { checkDocPaths } from "./check-doc-paths.ts";
import { checkMessages } from "./check-messages.ts";
import { checkPins } from "./check-pins.ts";
import { checkTypes } from "./check-types.ts";

const sources = [
  ...["app", "components", "lib", "agent", "drizzle", "scripts", "e2e", "bench"],
  "server.ts",
];

/** The slow ones first: they run side by side. */
export const checks: Check[] = [
  { name: "types", run: checkTypes },
  command("import rules", "depcruise", [
    "--config",
    ".dependency-cruiser.cjs",
    "--output-type",
    "err",
    ...sources.filter((source) => existsSync(join(repoRoot, source))),
  ]),
  command("agent types", "deno", ["check", "."], "agent"),
  command("format and lint", "biome", ["check", "--error-on-warnings", "."]),
  command("agent lint", "deno", ["lint", "--quiet"], "agent"),
  { name: "documents cite existing paths", run: checkDocPaths },
  { name: "message keys", run: checkMessages },
  { name: "version pins", run: checkPins },
  { name: "known vulnerabilities", run: checkAdvisories },
];

function command(name: string, tool: string, args: string[], folder = "."): Check {
  return {
    name,
    run: async () => {
      const result = await runCommand(`${repoRoot}/node_modules/.bin/${tool}`, args, {
        cwd: `${repoRoot}/${folder}`,
      });
      return { status: result.code === 0 ? "passed" : "failed", output: result.output };
    },
  };
}
