import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fetchRuntime, lockedRuntime } from "./fetch-runtime.ts";
import { chooseTargets, hostTarget, targets } from "./targets.ts";

const good = Buffer.from("a runtime");
const integrity = `sha512-${createHash("sha512").update(good).digest("base64")}`;
const runtime = { name: "@deno/linux-x64-glibc", version: "1.2.3", integrity };

let folder: string;
let downloads: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ifrit-runtimes-"));
  downloads = 0;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const serving = (bytes: Buffer) => async (_: unknown, into: string) => {
  downloads += 1;
  await writeFile(join(into, "x.tgz"), bytes);
  return "x.tgz";
};

test("fetchRuntime() downloads once, and again when the kept file was changed", async () => {
  const file = await fetchRuntime(runtime, folder, serving(good));
  expect(await readFile(file)).toEqual(good);
  await fetchRuntime(runtime, folder, serving(good));
  expect(downloads).toBe(1);
  await writeFile(file, "a changed runtime");
  expect(await readFile(await fetchRuntime(runtime, folder, serving(good)))).toEqual(good);
  expect(downloads).toBe(2);
});

test("fetchRuntime() refuses bytes with another digest than the lock file's, and keeps nothing of them", async () => {
  const other = serving(Buffer.from("a runtime with something in it"));
  await expect(fetchRuntime(runtime, folder, other)).rejects.toThrow(/another sha512/);
  expect(await readdir(folder)).toEqual([]);
});

test("lockedRuntime() has one Deno for all targets, each with its digest, and says so when one is missing", async () => {
  const locked = await Promise.all(targets.map((target) => lockedRuntime(target)));
  expect(new Set(locked.map(({ version }) => version)).size).toBe(1);
  expect(new Set(locked.map(({ integrity }) => integrity)).size).toBe(targets.length);
  const empty = join(folder, "package-lock.json");
  await writeFile(empty, '{"packages":{}}');
  await expect(lockedRuntime(targets[0]!, empty)).rejects.toThrow(/has no @deno/);
});

test("chooseTargets() takes names, a package's words, several and all, and names them where one is wrong", () => {
  expect(chooseTargets("all")).toHaveLength(6);
  expect(chooseTargets("macos-arm64,darwin-x64").map(({ platform }) => platform)).toEqual([
    "darwin-arm64",
    "darwin-x64",
  ]);
  expect(() => chooseTargets("linux-riscv64")).toThrow(/no target linux-riscv64/);
  expect(hostTarget({ platform: "win32", arch: "arm64" })?.name).toBe("windows-arm64");
  expect(hostTarget({ platform: "sunos", arch: "x64" })).toBeNull();
});
