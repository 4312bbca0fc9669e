import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildArchives } from "./build-archives.ts";
import { findDeno } from "./build-program.ts";
import { executableName, hostTarget } from "./targets.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ifrit-compile-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const target = hostTarget()!;
const build = (denortFolder: string) =>
  buildArchives({
    ...{ targets: [target], mode: "compile", outFolder: join(folder, "out"), denortFolder },
    cacheFolder: join(folder, "cache"),
  });

test("--mode compile never falls back: what is no denort makes nothing, and it says what to do", async () => {
  const denorts = join(folder, "denorts");
  mkdirSync(denorts);
  await expect(build(denorts)).rejects.toThrow(/denort-.* is missing/);
  // Deno itself in the place of denort gives a program that is Deno, not ifrit-agent.
  copyFileSync(findDeno(), join(denorts, executableName(`denort-${target.triple}`, target)));
  await expect(build(denorts)).rejects.toThrow(/is not ifrit-agent/);
  expect(readdirSync(join(folder, "out"))).toEqual([]);
});
