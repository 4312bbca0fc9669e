import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { repoRoot } from "../repo-root.ts";

const notSource = /(^|\/)(node_modules|\.[^/]+|dist|testing|test-results)$|\.test\.tsx?$|\.md$/;

/** One hash over the names and bytes of these files and folders (tests and documents left out). */
export function hashInputs(paths: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of paths.flatMap((path) => listFiles(join(repoRoot, path))).sort()) {
    const bytes = readFileSync(file);
    hash.update(`${relative(repoRoot, file)}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex");
}

function listFiles(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => !notSource.test(join(path, entry.name)))
      .flatMap((entry) => {
        const inner = join(path, entry.name);
        return entry.isDirectory() ? listFiles(inner) : [inner];
      });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOTDIR") return [path];
    if (code === "ENOENT") return [];
    throw error;
  }
}
