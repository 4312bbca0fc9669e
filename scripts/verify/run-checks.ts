import { secondsSince } from "../progress.ts";
import type { Check, CheckResult } from "./check.ts";

export type FinishedCheck = CheckResult & { name: string };

const atOnce = 3;

/** Runs the checks side by side: a line for each, and in full what a failed one said. */
export async function runChecks(checks: readonly Check[]): Promise<FinishedCheck[]> {
  const waiting = [...checks];
  const finished: FinishedCheck[] = [];
  const work = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift())
      finished.push(await run(check));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return finished;
}

async function run(check: Check): Promise<FinishedCheck> {
  const startedAt = performance.now();
  const result = await check.run();
  const took = secondsSince(startedAt);
  if (result.status === "passed") console.log(`✓ ${check.name} (${took})`);
  else if (result.status === "skipped") console.log(`- ${check.name}: ${result.output.trim()}`);
  else console.log(`✗ ${check.name} (${took})\n${indent(result.output)}`);
  return { name: check.name, ...result };
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}
