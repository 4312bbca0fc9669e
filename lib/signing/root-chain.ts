import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { TrustedRoot } from "../contract/trust-root.ts";
import { TrustError } from "../contract/verify-refusal.ts";
import { openRoot, verifyNextRoot } from "../contract/verify-root-chain.ts";

/** What is wrong with a folder of root documents; the versions before it are good. */
export type RootProblem = {
  /**
   * A refusal of the chain · unreadable: the file cannot be read · otherTrust: the chain begins
   * elsewhere than the one that this process follows
   */
  code: TrustError["reason"] | "unreadable" | "otherTrust";
  version: number;
  message: string;
};

/** Root documents of a folder as far as they follow on each other, oldest first. */
export type RootChain = { roots: readonly TrustedRoot[]; problem: RootProblem | null };

const fileName = /^(\d{1,10})\.root\.json$/;

/** Versions that the folder names, in order. A folder that is not there is empty. */
export async function listRootVersions(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names
    .flatMap((name) => fileName.exec(name)?.[1] ?? [])
    .map(Number)
    .filter((version) => version > 0)
    .sort((a, b) => a - b);
}

/** Changes when a root document comes, goes or becomes another. */
export async function rootFolderMark(folder: string): Promise<string> {
  const versions = await listRootVersions(folder);
  const marks = versions.map(async (version) => {
    const found = await stat(rootPath(folder, version)).catch(() => null);
    return `${version} ${found?.mtimeMs} ${found?.size} ${found?.ino}`;
  });
  return (await Promise.all(marks)).join("\n");
}

/** Reads the chain: each root must follow directly on the one before and be signed by both. */
export async function readRootChain(folder: string): Promise<RootChain> {
  const roots: TrustedRoot[] = [];
  for (const version of await listRootVersions(folder)) {
    try {
      const text = (await readFile(rootPath(folder, version), "utf8")).trim();
      const last = roots.at(-1);
      const root = last ? await verifyNextRoot(last, text) : await openRoot(text);
      if (root.document.version !== version)
        throw new TrustError("mix_and_match", `the file holds version ${root.document.version}`);
      roots.push(root);
    } catch (error) {
      const code = error instanceof TrustError ? error.reason : "unreadable";
      const message = error instanceof Error ? error.message : String(error);
      return { roots, problem: { code, version, message } };
    }
  }
  return { roots, problem: null };
}

function rootPath(folder: string, version: number): string {
  return join(folder, `${version}.root.json`);
}
