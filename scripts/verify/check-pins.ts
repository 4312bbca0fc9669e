import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../repo-root.ts";
import { type CheckResult, failedWith, passed } from "./check.ts";

type Dependencies = Record<string, string>;

/** The agent names its packages itself; both sides must read the wire with the same ones. */
export async function checkPins(): Promise<CheckResult> {
  const main = readDependencies("package.json");
  const agent = readDependencies("agent/package.json");
  const wrong = Object.entries(agent)
    .filter(([name, version]) => main[name] !== version)
    .map(
      ([name, version]) =>
        `agent/package.json pins ${name} ${version}, package.json ${main[name] ?? "does not have it"}.`,
    );
  const ranges = Object.entries(main)
    .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
    .map(([name, version]) => `package.json: ${name} is a range (${version}), not one version.`);
  const problems = [...wrong, ...ranges];
  return problems.length === 0 ? passed : failedWith(problems);
}

function readDependencies(file: string): Dependencies {
  const parsed: { dependencies?: Dependencies; devDependencies?: Dependencies } = JSON.parse(
    readFileSync(join(repoRoot, file), "utf8"),
  );
  return { ...parsed.dependencies, ...parsed.devDependencies };
}
