import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../repo-root.ts";
import { type CheckResult, failedWith, passed } from "./check.ts";
import { compareMessages } from "./compare-messages.ts";

/** Every language has every message, with the same values to fill in. */
export async function checkMessages(): Promise<CheckResult> {
  const folder = join(repoRoot, "messages");
  if (!existsSync(folder)) return passed;
  const languages = readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => ({ file, messages: JSON.parse(readFileSync(join(folder, file), "utf8")) }));
  const [first, ...others] = languages.toSorted((a, b) => a.file.localeCompare(b.file));
  if (!first) return passed;
  const problems = others.flatMap((other) =>
    compareMessages(first.messages, other.messages).map((line) => `${other.file}: ${line}`),
  );
  return problems.length === 0 ? passed : failedWith(problems);
}
