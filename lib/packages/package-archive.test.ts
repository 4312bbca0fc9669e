import { createHash } from "node:crypto";
import { createReadStream, mkdtempSync, rmSync } from "node:fs";
import { chmod, mkdir, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { pack as createPack, type Header } from "tar-stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { InputIssue, ProblemError } from "../platform/problem-error.ts";
import { buildPackageArchive } from "./build-package-archive.ts";
import { readPackageArchive } from "./read-package-archive.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ifrit-package-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const source = {
  schema: 1,
  name: "log-agent",
  version: "1.0.0",
  platforms: ["linux-x64"],
  start: { command: ["./bin/run", "--quiet"] },
};

async function writeSource(files: Record<string, string>, manifest: object = source) {
  await mkdir(join(folder, "files"), { recursive: true });
  await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest));
  for (const [path, text] of Object.entries(files)) {
    const full = join(folder, "files", path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, text);
    if (path.startsWith("bin/")) await chmod(full, 0o755);
  }
}

async function issuesOf(work: Promise<unknown>): Promise<InputIssue[]> {
  const error = (await work.then(
    () => expect.fail("was accepted"),
    (thrown: unknown) => thrown,
  )) as ProblemError;
  expect(error.code).toBe("package_invalid");
  return error.issues ?? [];
}

describe("buildPackageArchive()", () => {
  test("makes an archive that readPackageArchive() takes as it is", async () => {
    await writeSource({ "bin/run": "#!/bin/sh\n", "etc/a.conf": "a", "empty.txt": "" });
    const built = await buildPackageArchive(folder, join(folder, "out"));
    expect(built.path).toBe(join(folder, "out", "log-agent-1.0.0-linux-x64.tar.gz"));
    expect(built.manifest.files.map((file) => [file.path, file.size, file.executable])).toEqual([
      ["bin/run", 10, true],
      ["empty.txt", 0, false],
      ["etc/a.conf", 1, false],
    ]);
    expect(await readPackageArchive(createReadStream(built.path))).toEqual(built.manifest);
  });

  test("gives the same bytes for the same folder, whenever it was written", async () => {
    await writeSource({ "bin/run": "x", "b.txt": "b", "a.txt": "a" });
    const first = await readFile((await buildPackageArchive(folder, join(folder, "one"))).path);
    await utimes(join(folder, "files/a.txt"), 1, 1);
    const second = await readFile((await buildPackageArchive(folder, join(folder, "two"))).path);
    expect(second.equals(first)).toBe(true);
  });

  test("reads manifest.yaml as well", async () => {
    await writeSource({ "bin/run": "x" });
    rmSync(join(folder, "manifest.json"));
    await writeFile(
      join(folder, "manifest.yaml"),
      "schema: 1\nname: a\nversion: '1'\nplatforms: [linux-x64]\nstart: {command: [./bin/run]}\n",
    );
    expect((await buildPackageArchive(folder, join(folder, "out"))).manifest.name).toBe("a");
  });

  test("packs a file with a path longer than a tar header holds", async () => {
    const long = `${"d".repeat(90)}/${"e".repeat(90)}/f.txt`;
    await writeSource({ "bin/run": "x", [long]: "long" });
    const built = await buildPackageArchive(folder, join(folder, "out"));
    expect(await readPackageArchive(createReadStream(built.path))).toEqual(built.manifest);
  });

  test("refuses a symbolic link and says which", async () => {
    await writeSource({ "bin/run": "x" });
    await symlink("/etc/passwd", join(folder, "files/passwd"));
    expect(await issuesOf(buildPackageArchive(folder, folder))).toEqual([
      { path: "files/passwd", message: "is a symbolic link: only files are packed" },
    ]);
  });

  test("refuses a name that Windows would read differently", async () => {
    await writeSource({ "bin/run": "x", "a\\b": "x" });
    expect((await issuesOf(buildPackageArchive(folder, folder)))[0]?.path).toBe("files/a\\b");
  });

  test.each([
    ["./bin/other", "is not among the package's files"],
    ["/usr/bin/env", "is absolute"],
    ["etc/plain", "is not executable"],
  ])("refuses the start command %s", async (program, reason) => {
    await writeSource(
      { "bin/run": "x", "etc/plain": "x" },
      { ...source, start: { command: [program] } },
    );
    const [issue] = await issuesOf(buildPackageArchive(folder, folder));
    expect(issue?.path).toBe("start.command.0");
    expect(issue?.message).toContain(reason);
  });

  test("refuses an unknown field, which is more often a misspelled one", async () => {
    await writeSource({ "bin/run": "x" }, { ...source, setleSeconds: 3 });
    expect((await issuesOf(buildPackageArchive(folder, folder)))[0]?.message).toContain("setle");
  });

  test("refuses a folder without a manifest", async () => {
    expect((await issuesOf(buildPackageArchive(folder, folder)))[0]?.message).toContain(
      "manifest.json",
    );
  });
});

type RawEntry = { header: Partial<Header> & { name: string }; text?: string };

async function archiveOf(entries: RawEntry[]): Promise<Buffer> {
  const pack = createPack();
  for (const { header, text } of entries) pack.entry(header, text ?? "");
  pack.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of pack) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const runFile = { path: "bin/run", size: 1, sha256: sha256("x"), executable: true };
const manifestOf = (extra: object = {}): RawEntry => ({
  header: { name: "manifest.json" },
  text: JSON.stringify({ ...source, files: [runFile], ...extra }),
});
const run: RawEntry = { header: { name: "files/bin/run", mode: 0o755 }, text: "x" };

async function refusal(entries: RawEntry[]): Promise<InputIssue[]> {
  return issuesOf(readPackageArchive(Readable.from([gzipSync(await archiveOf(entries))])));
}

describe("readPackageArchive()", () => {
  test("accepts folders that its files lie in", async () => {
    const entries = [
      manifestOf(),
      { header: { name: "files/", type: "directory" as const } },
      { header: { name: "files/bin/", type: "directory" as const } },
      run,
    ];
    const archive = gzipSync(await archiveOf(entries));
    expect((await readPackageArchive(Readable.from([archive]))).name).toBe("log-agent");
  });

  const hostile: [string, RawEntry[], string, RegExp][] = [
    ["no manifest in front", [run, manifestOf()], "files/bin/run", /first entry/],
    [
      "a manifest that is a link",
      [{ header: { name: "manifest.json", type: "symlink", linkname: "x" } }],
      "manifest.json",
      /first entry/,
    ],
    [
      "text that is not JSON",
      [{ header: { name: "manifest.json" }, text: "{" }, run],
      "manifest.json",
      /not JSON/,
    ],
    ["a bad version", [manifestOf({ version: "../1" }), run], "manifest.json version", /letters/],
    [
      "a payload path that climbs out",
      [manifestOf({ files: [{ ...runFile, path: "../run" }] }), run],
      "manifest.json files.0.path",
      /plain relative/,
    ],
    [
      "two files that differ in case only",
      [manifestOf({ files: [runFile, { ...runFile, path: "bin/RUN" }] }), run],
      "manifest.json",
      /same path/,
    ],
    [
      "a start command that is not there",
      [manifestOf({ start: { command: ["./no"] } }), run],
      "manifest.json start.command.0",
      /not among/,
    ],
    [
      "an unlisted file",
      [manifestOf(), run, { header: { name: "files/extra" }, text: "x" }],
      "files/extra",
      /not in the manifest/,
    ],
    [
      "a file outside the payload",
      [manifestOf(), run, { header: { name: "bin/run" }, text: "x" }],
      "bin/run",
      /not in the manifest/,
    ],
    [
      "an absolute path",
      [manifestOf(), run, { header: { name: "/etc/cron.d/x" }, text: "x" }],
      "/etc/cron.d/x",
      /not in the manifest/,
    ],
    ["the same file twice", [manifestOf(), run, run], "files/bin/run", /twice/],
    ["a missing file", [manifestOf()], "files/bin/run", /not in the archive/],
    ["other bytes", [manifestOf(), { ...run, text: "y" }], "files/bin/run", /sha256/],
    ["another size", [manifestOf(), { ...run, text: "xx" }], "files/bin/run", /2 bytes/],
    [
      "another executable bit",
      [manifestOf(), { ...run, header: { name: "files/bin/run", mode: 0o644 } }],
      "files/bin/run",
      /executable/,
    ],
    [
      "a symbolic link",
      [manifestOf(), run, { header: { name: "files/l", type: "symlink", linkname: "/" } }],
      "files/l",
      /symlink/,
    ],
    [
      "a hard link",
      [manifestOf(), run, { header: { name: "files/l", type: "link", linkname: "files/bin/run" } }],
      "files/l",
      /link/,
    ],
    [
      "a device",
      [manifestOf(), run, { header: { name: "files/d", type: "character-device" } }],
      "files/d",
      /device/,
    ],
    [
      "a strange folder",
      [manifestOf(), run, { header: { name: "files/../x/", type: "directory" } }],
      "files/../x/",
      /folder/,
    ],
    [
      "a bomb behind a small manifest",
      [manifestOf(), run, { header: { name: "files/big" }, text: "0".repeat(8_000_000) }],
      "",
      /more than its manifest lists/,
    ],
    [
      "a manifest that lists too much",
      [manifestOf({ files: [{ ...runFile, size: 3 * 2 ** 30 }] }), run],
      "files",
      /too much/,
    ],
  ];
  test.each(hostile)("refuses %s", async (_what, entries, path, message) => {
    const issues = await refusal(entries);
    expect(issues.map((issue) => issue.path)).toContain(path);
    expect(issues.find((issue) => issue.path === path)?.message).toMatch(message);
  });

  test("refuses what is not gzip, and what is gzip of something else", async () => {
    expect(
      (await issuesOf(readPackageArchive(Readable.from([Buffer.from("hello")]))))[0]?.message,
    ).toMatch(/not a gzip/);
    const noise = gzipSync(Buffer.alloc(4096, 7));
    expect((await issuesOf(readPackageArchive(Readable.from([noise]))))[0]?.message).toMatch(/tar/);
    expect((await issuesOf(readPackageArchive(Readable.from([gzipSync("")]))))[0]?.message).toMatch(
      /no entry/,
    );
  });

  test("refuses an archive cut at any place", async () => {
    const whole = gzipSync(await archiveOf([manifestOf(), run]));
    for (let bytes = 0; bytes < whole.length; bytes += 7)
      await issuesOf(readPackageArchive(Readable.from([whole.subarray(0, bytes)])));
    const tar = await archiveOf([manifestOf(), run]);
    for (const bytes of [100, 512, 700, 1100])
      await issuesOf(readPackageArchive(Readable.from([gzipSync(tar.subarray(0, bytes))])));
  });

  test("survives any single flipped byte: the same manifest or a refusal", async () => {
    const whole = gzipSync(await archiveOf([manifestOf(), run]));
    for (let at = 0; at < whole.length; at += 1) {
      const bad = Buffer.from(whole);
      bad[at]! ^= 0x10;
      await readPackageArchive(Readable.from([bad])).then(
        (manifest) => expect(manifest.files).toEqual([runFile]),
        (error: ProblemError) => expect(error.code).toBe("package_invalid"),
      );
    }
  });
});
