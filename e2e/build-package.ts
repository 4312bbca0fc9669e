import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { repoRoot } from "../scripts/repo-root.ts";

type Source = { name?: string; version: string; settleSeconds?: number };

/** Builds an archive of the sample agent under another version (and name), by the project's own tool. */
export function buildSamplePackage(changes: Source): string {
  const folder = mkdtempSync(join(tmpdir(), "ifrit-sample-"));
  cpSync(join(repoRoot, "samples/hello-agent"), folder, { recursive: true });
  const file = join(folder, "manifest.yaml");
  writeFileSync(file, stringify({ ...parse(readFileSync(file, "utf8")), ...changes }));
  return packageFolder(folder);
}

/** npm run package -- <folder>. Returns the archive. */
export function packageFolder(folder: string): string {
  const out = mkdtempSync(join(tmpdir(), "ifrit-package-"));
  const bootstrap = join(repoRoot, "scripts", "bootstrap.mjs");
  const args = [bootstrap, "package", folder, "--out", out];
  const done = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`npm run package failed:\n${done.stdout}${done.stderr}`);
  return done.stdout.trim().split("\n").at(-1) ?? "";
}
