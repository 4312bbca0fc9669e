import { existsSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../repo-root.ts";
import { runCommand } from "../system/run-command.ts";
import type { CheckResult } from "./check.ts";

/** Next's generated route types are part of the program, so they are made first. */
export async function checkTypes(): Promise<CheckResult> {
  const bin = join(repoRoot, "node_modules", ".bin");
  if (existsSync(join(repoRoot, "next.config.ts"))) {
    const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1" };
    const generated = await runCommand(join(bin, "next"), ["typegen"], { cwd: repoRoot, env });
    if (generated.code !== 0) return { status: "failed", output: generated.output };
  }
  const result = await runCommand(join(bin, "tsc"), ["--noEmit", "--pretty"], { cwd: repoRoot });
  return { status: result.code === 0 ? "passed" : "failed", output: result.output };
}
