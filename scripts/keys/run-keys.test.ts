import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildPackageArchive } from "../../lib/packages/build-package-archive.ts";
import { runKeys } from "./run-keys.ts";

let folder = "";
let nowMs = Date.UTC(2026, 2, 1);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ifrit-keys-"));
  nowMs = Date.UTC(2026, 2, 1);
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs one command; words with a slash are paths in the test's folder. */
async function keys(line: string) {
  const words = line.split(" ").map((word) => (word.includes("/") ? join(folder, word) : word));
  let out = "";
  let err = "";
  const code = await runKeys(words, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    nowMs: () => nowMs,
  });
  return { code, out, err };
}
const json = async (line: string) => JSON.parse((await keys(`${line} --json`)).out);
const all = async (...lines: string[]) => {
  for (const line of lines) expect(await keys(line)).toMatchObject({ code: 0, err: "" });
};

const makeAll = () =>
  all(
    "make --out ./k --role root --name a",
    "make --out ./k --role root --name b",
    "make --out ./k --role release --name a",
    "make --out ./k --role release --name b",
    "make --out ./k --role director",
  );
const init =
  "root init --dir ./t --root-key ./k/root-a.pub.json --root-key ./k/root-b.pub.json --release-key ./k/release-a.pub.json --release-key ./k/release-b.pub.json --director-key ./k/director.pub.json --threshold root=2 --threshold release=2";
const signRoot = (name: string) => `root sign --dir ./t --key ./k/root-${name}.pem`;

async function archive(version: string): Promise<string> {
  const source = join(folder, `src-${version}`);
  await mkdir(join(source, "files"), { recursive: true });
  const manifest = {
    schema: 1,
    name: "log-agent",
    version,
    platforms: ["linux-x64"],
    start: { command: ["./run"] },
  };
  await writeFile(join(source, "manifest.json"), JSON.stringify(manifest));
  await writeFile(join(source, "files", "run"), `#!/bin/sh\n# ${version}\n`, { mode: 0o755 });
  await buildPackageArchive(source, join(folder, "d"));
  return `./d/log-agent-${version}-linux-x64.tar.gz`;
}

test("from nothing to a package that two of two have signed", async () => {
  await makeAll();
  await all(init, signRoot("a"));
  expect(await json("list --root ./t")).toMatchObject({
    root: { complete: false, missing: [{ of: "root 1", signatures: 1 }] },
  });
  await all(signRoot("b"));
  const path = await archive("1.0.0");
  await all(`sign ${path} --key ./k/release-a.pem --root ./t --no-rollback`);
  expect(await keys(`verify ${path} --root ./t`)).toMatchObject({
    code: 1,
    err: expect.stringContaining("1 of the 2 signatures"),
  });
  await all(`sign ${path} --key ./k/release-b.pem`, `verify ${path} --root ./t`);
});

test("keys are rotated by the old ones and the new, and signatures by withdrawn keys end", async () => {
  await makeAll();
  const path = await archive("1.0.0");
  await all(
    ...[init, signRoot("a"), signRoot("b"), "make --out ./k --role root --name c"],
    `sign ${path} --key ./k/release-a.pem --no-rollback`,
    `sign ${path} --key ./k/release-b.pem`,
    "root rotate --dir ./t --role root --remove ./k/root-b.pub.json --add ./k/root-c.pub.json",
    "root rotate --dir ./t --role release --remove ./k/release-b.pub.json --threshold 1",
    ...[signRoot("a"), signRoot("b"), signRoot("c")],
    `verify ${path} --root ./t`,
    "make --out ./k --role release --name d",
    "root add --dir ./t --role release ./k/release-d.pub.json",
    "root rotate --dir ./t --role release --remove ./k/release-a.pub.json",
    ...[signRoot("a"), signRoot("c")],
  );
  expect(await json("list --root ./t")).toMatchObject({ root: { version: 3, complete: true } });
  expect(await json(`verify ${path} --root ./t`)).toMatchObject({
    ok: false,
    reason: "unknown_key",
  });
});

test("a cluster gets a director of its own", async () => {
  await makeAll();
  await all(
    ...[init, signRoot("a"), signRoot("b"), "make --out ./k --role director --name west"],
    "root add --dir ./t --role director --cluster west ./k/director-west.pub.json",
    ...[signRoot("a"), signRoot("b")],
  );
  const { roles } = await json("list --root ./t");
  expect(roles).toContainEqual(expect.objectContaining({ role: "director of west" }));
});

test("an expiring root says so, an expired one refuses, and renewing it helps", async () => {
  await makeAll();
  await all(init, signRoot("a"), signRoot("b"), "verify --root ./t");
  nowMs += 352 * 86_400_000;
  expect((await json("list --root ./t")).warning).toContain("expires in 13 day(s)");
  nowMs += 20 * 86_400_000;
  expect(await json("verify --root ./t")).toMatchObject({ ok: false, reason: "expired" });
  await all("root rotate --dir ./t --expires-days 365", signRoot("a"), signRoot("b"));
  await all("verify --root ./t");
});

test("a draft that is changed needs all its signatures again", async () => {
  await makeAll();
  await all(init, signRoot("a"), "root rotate --dir ./t --expires-days 30");
  expect(await json("list --root ./t")).toMatchObject({
    root: { version: 1, missing: [{ signatures: 2 }] },
  });
});

test("--rollback-to is the permit to go back, and has to be decided", async () => {
  await makeAll();
  const [old, path] = [await archive("1.0.0"), await archive("1.1.0")];
  const undecided = await keys(`sign ${path} --key ./k/release-a.pem`);
  expect(undecided).toMatchObject({ code: 1, err: expect.stringContaining("--rollback-to") });
  await all(`sign ${old} --key ./k/release-a.pem --sequence 7 --rollback-to any`);
  const signed = await json(`sign ${path} --key ./k/release-a.pem --rollback-to ${old}.sig.json`);
  expect(signed.statement).toMatchObject({ sequence: nowMs / 1000, rollbackTo: 7 });
});

test("what was signed cannot be changed by who signs next, nor stand for another archive", async () => {
  await makeAll();
  const [one, two] = [await archive("1.0.0"), await archive("1.1.0")];
  await all(`sign ${one} --key ./k/release-a.pem --no-rollback`);
  const later = await keys(`sign ${one} --key ./k/release-b.pem --sequence 9`);
  expect(later).toMatchObject({ code: 1, err: expect.stringContaining("only signed") });
  const moved = await readFile(join(folder, `${one}.sig.json`));
  await writeFile(join(folder, `${two}.sig.json`), moved);
  expect(await json(`sign ${two} --key ./k/release-b.pem`)).toMatchObject({
    reason: "mix_and_match",
  });
});

test("bad input is refused with the file's name and the reason, and leaves nothing behind", async () => {
  await makeAll();
  await all(init, signRoot("a"), signRoot("b"));
  await writeFile(join(folder, "no.tar.gz"), "no archive");
  const before = await readdir(folder, { recursive: true });
  for (const [line, message] of [
    ["sign ./no.tar.gz --key ./k/release-a.pem --no-rollback", /no\.tar\.gz: .*not a gzip/],
    ["sign ./gone.tar.gz --key ./k/release-a.pem --no-rollback", /gone\.tar\.gz: there is no such/],
    ["sign ./no.tar.gz --key ./k/release-a.pub.json --no-rollback", /no\.tar\.gz|release-a/],
    ["list ./gone", /gone: there is no such file or folder/],
    ["verify --root ./k", /holds no fully signed root/],
    ["root sign --dir ./t --key ./k/root-a.pem", /no draft to sign/],
    ["root add --dir ./t --role release ./k/root-a.pub.json", /made for the role root/],
    ["root rotate --dir ./t --role root --remove ./k/director.pub.json", /is no root key/],
    ["root rotate --dir ./t --role root --threshold 3", /roles\.root.*more signatures than keys/],
    ["make --out ./k --role director", /director\.pem is there already/],
    [init, /1\.root\.json is there already/],
  ] as const) {
    const { code, err } = await keys(line);
    expect({ line, code, err }).toMatchObject({ code: 1, err: expect.stringMatching(message) });
  }
  expect(await readdir(folder, { recursive: true })).toEqual(before);
});

test("a damaged chain names the file", async () => {
  await makeAll();
  await all(init, signRoot("a"), signRoot("b"));
  const path = join(folder, "t", "1.root.json");
  const text = await readFile(path, "utf8");
  await writeFile(path, text.slice(0, 500));
  const cut = await keys("verify --root ./t");
  expect(cut).toMatchObject({ code: 1, err: expect.stringContaining("1.root.json") });
  await writeFile(path, text);
  await writeFile(join(folder, "t", "3.root.json"), text);
  const gap = await keys("verify --root ./t");
  expect(gap.err).toContain("2.root.json is missing");
});

test("a key with a passphrase wants it", async () => {
  await writeFile(join(folder, "pass"), "a long passphrase\n");
  await writeFile(join(folder, "short"), "short\n");
  await all("make --out ./k --role release --passphrase-file ./pass");
  const path = await archive("1.0.0");
  expect((await keys(`sign ${path} --key ./k/release.pem --no-rollback`)).err).toContain(
    "release.pem is encrypted",
  );
  await all(`sign ${path} --key ./k/release.pem --passphrase-file ./pass --no-rollback`);
  expect((await keys("make --out ./l --role root --passphrase-file ./short")).err).toContain(
    "at least 16",
  );
});

test("public writes the half that may be shown", async () => {
  await all("make --out ./k --role director");
  const shown = await json("list ./k");
  await rm(join(folder, "k", "director.pub.json"));
  await all("public ./k/director.pem --role director");
  expect((await json("list ./k")).keys[0].keyId).toBe(shown.keys[0].keyId);
});

test("wrong usage is exit code 2, help is 0", async () => {
  for (const line of [
    "",
    "nonsense",
    "make",
    "make --out ./k --role boss",
    "list",
    "root",
    "root init --dir ./t",
    "root rotate --dir ./t",
    "root rotate --dir ./t --role root",
    "root add --dir ./t --role root --cluster west ./k/a",
    "sign ./a --key ./b --sequence -1",
  ])
    expect({ line, code: (await keys(line)).code }).toEqual({ line, code: 2 });
  for (const line of ["--help", "sign --help", "root rotate --help"])
    expect(await keys(line)).toMatchObject({
      code: 0,
      out: expect.stringContaining("npm run keys"),
    });
});
