import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { type PackageFile, PayloadPath, packageLimits } from "../contract/package-manifest.ts";
import type { InputIssue } from "../platform/problem-error.ts";
import { packageInvalid } from "./package-invalid.ts";

/** The payload's files, sorted by path, with digests. Refuses what an archive must not hold. */
export async function listPayload(folder: string): Promise<PackageFile[]> {
  const found: string[] = [];
  const issues: InputIssue[] = [];
  await walk(folder, "", found, issues);
  if (found.length === 0 && issues.length === 0)
    issues.push({ path: "files", message: "is missing or holds no file" });
  if (found.length > packageLimits.filesMax)
    issues.push({ path: "files", message: `holds more than ${packageLimits.filesMax} files` });
  if (issues.length > 0) throw packageInvalid(issues);
  const files: PackageFile[] = [];
  for (const path of found.sort(compareText)) files.push(await digestFile(folder, path));
  return files;
}

async function walk(
  root: string,
  below: string,
  found: string[],
  issues: InputIssue[],
): Promise<void> {
  for (const entry of await readFolder(join(root, below))) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) await walk(root, path, found, issues);
    else if (!entry.isFile())
      issues.push({
        path: `files/${path}`,
        message: `is a ${kindOf(entry)}: only files are packed`,
      });
    else if (!PayloadPath.safeParse(path).success)
      issues.push({ path: `files/${path}`, message: "has a name that not every machine can hold" });
    else found.push(path);
  }
}

async function readFolder(path: string) {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function kindOf(entry: { isSymbolicLink(): boolean; isFIFO(): boolean; isSocket(): boolean }) {
  if (entry.isSymbolicLink()) return "symbolic link";
  if (entry.isFIFO()) return "named pipe";
  if (entry.isSocket()) return "socket";
  return "device";
}

async function digestFile(folder: string, path: string): Promise<PackageFile> {
  const full = join(folder, path);
  const { size, mode } = await lstat(full);
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(full)) hash.update(chunk);
  return { path, size, sha256: hash.digest("hex"), executable: (mode & 0o100) !== 0 };
}

/** By code units: the same order in every locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
