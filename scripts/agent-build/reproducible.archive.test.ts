import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { repoRoot } from "../repo-root.ts";
import { builtArchives } from "./testing/built-archives.ts";
import { runProgram } from "./testing/run-program.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** The sources in another place, with other times. */
function copySources(): string {
  const folder = mkdtempSync(join(tmpdir(), "ifrit another place "));
  folders.push(folder);
  for (const name of ["agent", "deploy", "lib", "scripts", "package.json", "package-lock.json"])
    cpSync(join(repoRoot, name), join(folder, name), { recursive: true });
  symlinkSync(join(repoRoot, "node_modules"), join(folder, "node_modules"));
  for (const below of readdirSync(folder, { recursive: true, encoding: "utf8" }))
    if (!below.startsWith("node_modules")) utimesSync(join(folder, below), 86_400, 86_400);
  return folder;
}

test("the same sources give the same bytes: elsewhere, with other times, another umask and time zone", async () => {
  const { index } = builtArchives();
  const folder = copySources();
  const cache = join(process.env.IFRIT_DATA_DIR || join(repoRoot, ".ifrit"));
  const words = "--import tsx scripts/agent-build.ts --target linux-x64,windows-x64 --mode runtime";
  const script = `umask 077 && exec "$0" ${words} --out "$1"`;
  const done = await runProgram("/bin/sh", ["-c", script, process.execPath, join(folder, "out")], {
    cwd: folder,
    env: {
      ...{ PATH: process.env.PATH ?? "", HOME: folder, IFRIT_DATA_DIR: cache },
      ...{ TZ: "Asia/Shanghai", LC_ALL: "C", USER: "somebody-else" },
    },
  });
  expect(done.stderr).toBe("");
  expect(done.code).toBe(0);
  const there = JSON.parse(readFileSync(join(folder, "out", "agents.json"), "utf8"));
  const wanted = index.archives.filter(({ platform }) => platform.endsWith("-x64"));
  expect(there.archives).toEqual(wanted.filter(({ platform }) => !platform.startsWith("darwin")));
});
