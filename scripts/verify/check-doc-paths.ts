import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { repoRoot } from "../repo-root.ts";
import { type CheckResult, failedWith, passed } from "./check.ts";
import { citedPaths } from "./cited-paths.ts";

const generated = /^(node_modules|dist|\.next|\.ifrit|test-results|playwright-report)(\/|$)/;

/** README and docs may not speak of files that are gone. */
export async function checkDocPaths(): Promise<CheckResult> {
  const topLevel = new Set(readdirSync(repoRoot));
  const problems = documents().flatMap((file) => {
    const text = readFileSync(file, "utf8");
    return citedPaths(text, topLevel)
      .filter(({ path }) => !generated.test(path))
      .filter(({ path, kind }) => !exists(path, kind === "link" ? dirname(file) : repoRoot))
      .map(({ path }) => `${relative(repoRoot, file)} cites ${path}, which does not exist.`);
  });
  return problems.length === 0 ? passed : failedWith(problems);
}

function documents(): string[] {
  const docs = join(repoRoot, "docs");
  const inDocs = existsSync(docs)
    ? readdirSync(docs, { recursive: true, encoding: "utf8" }).map((name) => join(docs, name))
    : [];
  return [join(repoRoot, "README.md"), ...inDocs].filter(
    (file) => file.endsWith(".md") && existsSync(file),
  );
}

/** A star stands for the rest of a path: then its folder must exist. */
function exists(path: string, from: string): boolean {
  const star = path.indexOf("*");
  return existsSync(join(from, star < 0 ? path : path.slice(0, path.lastIndexOf("/", star) + 1)));
}
