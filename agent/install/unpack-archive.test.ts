import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { ChangeError } from "../change-error.ts";
import { buildPackage, sha256 } from "../testing/build-package.ts";
import { bytesOf, concat, paxBody, type RawEntry, rawTar } from "../testing/raw-tar.ts";
import { temporaryRoot } from "../testing/temporary-root.ts";
import { unpackArchive } from "./unpack-archive.ts";

const expected = { name: "sample", version: "1.0.0", platform: "linux-x64" as const };
const body = "#!/bin/sh\n";

type Manifest = Record<string, unknown> & { files: Record<string, unknown>[] };

function fileOf(path: string, text = body, executable = true) {
  return { path, size: bytesOf(text).length, sha256: sha256(bytesOf(text)), executable };
}

function manifestOf(overrides: Partial<Manifest> = {}): Manifest {
  return {
    schema: 1,
    name: "sample",
    version: "1.0.0",
    platforms: ["linux-x64"],
    start: { command: ["./run"] },
    files: [fileOf("run")],
    ...overrides,
  };
}

function manifestEntry(overrides: Partial<Manifest> = {}): RawEntry {
  return { name: "manifest.json", body: JSON.stringify(manifestOf(overrides)) };
}

const run: RawEntry = { name: "files/run", body };

function withFile(path: string): RawEntry[] {
  return [
    manifestEntry({ files: [fileOf("run"), fileOf(path)] }),
    run,
    { name: `files/${path}`, body },
  ];
}

function pack(entries: readonly RawEntry[]): Uint8Array {
  return gzipSync(rawTar(entries));
}

const valid = pack([manifestEntry(), run]);
const flipped = valid.slice();
flipped[valid.length - 6]! ^= 0xff;

/** Each kind with the archive and the words that its refusal must contain. */
const hostile: [string, Uint8Array, RegExp][] = [
  ["an empty file", new Uint8Array(), /cannot be read|empty/],
  ["no gzip at all", bytesOf("MZ this is a program"), /cannot be read/],
  ["gzip of nothing", gzipSync(new Uint8Array()), /empty/],
  ["gzip of noise", gzipSync(bytesOf("x".repeat(5000))), /cannot be read/],
  ["gzip cut in the middle", valid.slice(0, valid.length / 2), /cannot be read/],
  ["gzip without its checksum", valid.slice(0, -8), /cannot be read/],
  ["gzip with a wrong checksum", flipped, /cannot be read/],
  [
    "tar cut in the header",
    gzipSync(rawTar([manifestEntry(), run], 0).slice(0, -700)),
    /cannot be read|not in the archive/,
  ],
  [
    "tar cut in a body",
    gzipSync(
      rawTar([manifestEntry(), { name: "files/run", body: body.padEnd(3000) }], 0).slice(0, -2000),
    ),
    /cannot be read|bytes/,
  ],
  [
    "a wrong header checksum",
    pack([manifestEntry(), { ...run, checksum: "000001\0 " }]),
    /cannot be read/,
  ],
  ["only the end of a tar", gzipSync(new Uint8Array(1024)), /empty/],
  ["no manifest", pack([run]), /first entry/],
  ["the manifest second", pack([run, manifestEntry()]), /first entry/],
  ["the manifest twice", pack([manifestEntry(), manifestEntry(), run]), /not below files/],
  ["a manifest that is no JSON", pack([{ name: "manifest.json", body: "{" }, run]), /not JSON/],
  [
    "a manifest that is a link",
    pack([{ ...manifestEntry(), type: "2", linkname: "/etc/passwd" }, run]),
    /symlink/,
  ],
  ["a manifest of another schema", pack([manifestEntry({ schema: 3 }), run]), /schema/],
  [
    "a manifest of several megabytes",
    pack([{ name: "manifest.json", body: " ".repeat(5 * 1024 * 1024) }, run]),
    /too large|unpacks to more/,
  ],
  ["a manifest with no files", pack([manifestEntry({ files: [] })]), /files/],
  ["another agent's manifest", pack([manifestEntry({ name: "other" }), run]), /name is other/],
  [
    "another version's manifest",
    pack([manifestEntry({ version: "2.0.0" }), run]),
    /version is 2\.0\.0/,
  ],
  [
    "a manifest for another platform",
    pack([manifestEntry({ platforms: ["windows-x64"] }), run]),
    /not for linux-x64/,
  ],
  [
    "a start command outside of the package",
    pack([manifestEntry({ start: { command: ["../../../bin/sh"] } }), run]),
    /not an executable file of the package/,
  ],
  [
    "an absolute start command",
    pack([manifestEntry({ start: { command: ["/bin/sh"] } }), run]),
    /not an executable file of the package/,
  ],
  [
    "a start command that is not executable",
    pack([manifestEntry({ files: [fileOf("run", body, false)] }), run]),
    /not an executable file/,
  ],
  ["a parent path in the manifest", pack(withFile("../escape")), /plain relative path/],
  ["a parent path in the middle", pack(withFile("a/../../escape")), /plain relative path/],
  ["an absolute path in the manifest", pack(withFile("/tmp/escape")), /plain relative path/],
  ["a drive letter", pack(withFile("C:/escape")), /plain relative path/],
  ["a backslash path", pack(withFile("..\\escape")), /plain relative path/],
  ["a dot segment", pack(withFile("a/./b")), /plain relative path/],
  ["an empty segment", pack(withFile("a//b")), /plain relative path/],
  ["a control character in a path", pack(withFile("a\u0007b")), /plain relative path/],
  [
    "two paths that differ in case only",
    pack([
      manifestEntry({ files: [fileOf("run"), fileOf("RUN")] }),
      run,
      { name: "files/RUN", body },
    ]),
    /same path/,
  ],
  [
    "two paths that differ in Unicode form only",
    pack([
      manifestEntry({ files: [fileOf("run"), fileOf("caf\u00e9"), fileOf("cafe\u0301")] }),
      run,
    ]),
    /same path/,
  ],
  [
    "a file where another needs a folder",
    pack([manifestEntry({ files: [fileOf("run"), fileOf("run/sub")] }), run]),
    /file and a folder/,
  ],
  [
    "a parent path in the archive",
    pack([manifestEntry(), run, { name: "files/../../escape", body }]),
    /not in the manifest/,
  ],
  [
    "an absolute path in the archive",
    pack([manifestEntry(), run, { name: "/tmp/ifrit-escape", body }]),
    /not below files/,
  ],
  [
    "a path by way of the ustar prefix",
    pack([manifestEntry(), run, { name: "escape", prefix: "../..", body }]),
    /not below files/,
  ],
  [
    "a path by way of a PAX header",
    pack([manifestEntry(), { name: "x", type: "x", body: paxBody({ path: "../../escape" }) }, run]),
    /not below files/,
  ],
  [
    "a path by way of a global PAX header",
    pack([
      manifestEntry(),
      { name: "g", type: "g", body: paxBody({ path: "../escape" }) },
      { name: "x", type: "x", body: paxBody({ comment: "" }) },
      run,
    ]),
    /not below files/,
  ],
  [
    "a size by way of a PAX header",
    pack([manifestEntry(), { name: "x", type: "x", body: paxBody({ size: "99999999" }) }, run]),
    /bytes|cannot be read/,
  ],
  [
    "a size that is no number in a PAX header",
    pack([manifestEntry(), { name: "x", type: "x", body: paxBody({ size: "many" }) }, run]),
    /bytes|cannot be read/,
  ],
  [
    "a link target by way of a PAX header",
    pack([
      manifestEntry(),
      { name: "x", type: "x", body: paxBody({ linkpath: "/etc/shadow" }) },
      { ...run, type: "2" },
    ]),
    /symlink/,
  ],
  [
    "a GNU long name that leads out",
    pack([manifestEntry(), { name: "././@LongLink", type: "L", body: "../../../escape\0" }, run]),
    /not below files/,
  ],
  [
    "a GNU sparse file",
    pack([manifestEntry(), { ...run, type: "S" }]),
    /only regular files|cannot be read/,
  ],
  [
    "a symbolic link",
    pack([manifestEntry(), { ...run, body: "", type: "2", linkname: "/etc/passwd" }]),
    /symlink/,
  ],
  [
    "a symbolic link, then a file through it",
    pack([
      manifestEntry({ files: [fileOf("run"), fileOf("d/x")] }),
      { name: "files/d", type: "2", linkname: "/tmp" },
      { name: "files/d/x", body },
      run,
    ]),
    /symlink/,
  ],
  [
    "a hard link",
    pack([manifestEntry(), { ...run, body: "", type: "1", linkname: "/etc/passwd" }]),
    /is a link/,
  ],
  ["a device", pack([manifestEntry(), { ...run, body: "", type: "3" }]), /character-device/],
  ["a block device", pack([manifestEntry(), { ...run, body: "", type: "4" }]), /block-device/],
  ["a pipe", pack([manifestEntry(), { ...run, body: "", type: "6" }]), /fifo/],
  ["a folder entry", pack([manifestEntry(), { name: "files/", type: "5" }, run]), /directory/],
  ["a contiguous file", pack([manifestEntry(), { ...run, type: "7" }]), /contiguous-file/],
  [
    "an unknown entry type",
    pack([manifestEntry(), { ...run, type: "Z" }]),
    /only regular files|cannot be read/,
  ],
  ["a file twice", pack([manifestEntry(), run, run]), /comes twice/],
  [
    "a file that the manifest does not list",
    pack([manifestEntry(), run, { name: "files/extra", body }]),
    /not in the manifest/,
  ],
  [
    "a listed file that is missing",
    pack([manifestEntry({ files: [fileOf("run"), fileOf("gone")] }), run]),
    /gone is in the manifest but not in the archive/,
  ],
  [
    "a file of another size",
    pack([manifestEntry(), { name: "files/run", body: `${body}x` }]),
    /11 bytes, the manifest says 10/,
  ],
  [
    "a file with other bytes",
    pack([manifestEntry(), { name: "files/run", body: "#!/bin/zsh" }]),
    /digest/,
  ],
  [
    "a negative size",
    pack([manifestEntry(), { ...run, size: "-0000000001\0" }]),
    /bytes|cannot be read/,
  ],
  [
    "a size with letters",
    pack([manifestEntry(), { ...run, size: "zzzzzzzzzzz\0" }]),
    /bytes|cannot be read/,
  ],
  [
    "a huge base-256 size",
    pack([
      manifestEntry(),
      { ...run, size: "\u0001\0\0\0\0\u007f\u007f\u007f\u007f\u007f\u007f\u007f" },
    ]),
    /bytes|cannot be read/,
  ],
  [
    "a file name with a zero byte inside",
    pack([manifestEntry(), { name: "files/run\0.txt", body }, { name: "files/run", body }]),
    /comes twice/,
  ],
  [
    "a bomb behind the last file",
    gzipSync(
      concat([
        rawTar([manifestEntry(), run], 0),
        rawTar([{ name: "files/bomb", body: new Uint8Array(32 * 1024 * 1024) }]),
      ]),
    ),
    /not in the manifest|unpacks to more/,
  ],
  [
    "a bomb of zeros after the end",
    gzipSync(rawTar([manifestEntry(), run], 64 * 1024 * 1024)),
    /unpacks to more/,
  ],
  [
    "a bomb before the manifest",
    gzipSync(new Uint8Array(64 * 1024 * 1024)),
    /unpacks to more|empty/,
  ],
  [
    "files that sum up to terabytes",
    pack([manifestEntry({ files: [fileOf("run"), { ...fileOf("big"), size: 2 ** 42 }] }), run]),
    /sum up to/,
  ],
  [
    "garbage after the gzip stream",
    concat([valid, bytesOf("garbage after the end")]),
    /cannot be read/,
  ],
  [
    "a second gzip member with another file",
    concat([
      gzipSync(rawTar([manifestEntry(), run], 0)),
      gzipSync(rawTar([{ name: "files/extra", body }])),
    ]),
    /not in the manifest/,
  ],
];

async function everythingIn(dir: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(dir)) {
    found.push(entry.name);
    if (entry.isDirectory)
      found.push(
        ...(await everythingIn(`${dir}/${entry.name}`)).map((path) => `${entry.name}/${path}`),
      );
  }
  return found.sort();
}

Deno.test("the corpus has at least 40 kinds of hostile archives", () => {
  assert.ok(hostile.length >= 40, `${hostile.length}`);
});

for (const [title, archive, reason] of hostile) {
  Deno.test(`fault 26: unpackArchive() refuses ${title}`, async () => {
    await using layout = await temporaryRoot();
    const path = `${layout.state}/archive`;
    await Deno.writeFile(path, archive);
    const before = await everythingIn(layout.root);
    const error = await unpackArchive(path, `${layout.trash}/target`, expected).then(
      () => null,
      (error) => error,
    );
    assert.ok(error instanceof ChangeError, `not refused: ${error}`);
    assert.equal(error.reason, "archive_invalid", error.message);
    assert.match(error.message, reason);
    const after = await everythingIn(layout.root);
    assert.deepEqual(
      after.filter((one) => !before.includes(one) && !one.startsWith("trash/target")),
      [],
    );
    await assert.rejects(Deno.lstat("/tmp/ifrit-escape"), Deno.errors.NotFound);
    for await (const entry of Deno.readDir(layout.trash)) assert.equal(entry.isSymlink, false);
  });
}

Deno.test("unpackArchive() writes exactly the listed files, with their modes", async () => {
  await using layout = await temporaryRoot();
  const long = `share/${"d".repeat(90)}/${"f".repeat(120)}`;
  const built = await buildPackage(
    { name: "sample", version: "1.0.0" },
    { run: body, "etc/empty.conf": "", [long]: "x".repeat(100_000) },
  );
  const path = `${layout.state}/archive`;
  await Deno.writeFile(path, built.bytes);
  const target = `${layout.trash}/target`;
  const manifest = await unpackArchive(path, target, expected);
  assert.deepEqual(manifest, built.manifest);
  const files = (await everythingIn(target)).filter(
    (one) => Deno.statSync(`${target}/${one}`).isFile,
  );
  assert.deepEqual(
    files,
    ["manifest.json", ...["run", "etc/empty.conf", long].map((one) => `files/${one}`)].sort(),
  );
  assert.equal((await Deno.stat(`${target}/files/run`)).mode! & 0o777, 0o755);
  assert.equal((await Deno.stat(`${target}/files/etc/empty.conf`)).mode! & 0o777, 0o644);
});

Deno.test("unpackArchive() never writes into a folder that is there already", async () => {
  await using layout = await temporaryRoot();
  await Deno.writeFile(`${layout.state}/archive`, valid);
  await Deno.mkdir(`${layout.trash}/target`);
  await assert.rejects(
    unpackArchive(`${layout.state}/archive`, `${layout.trash}/target`, expected),
    Deno.errors.AlreadyExists,
  );
});
