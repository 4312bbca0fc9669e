import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openRoot } from "../contract/verify-root-chain.ts";
import { createFileDurably, replaceFileDurably } from "./durable-file.ts";
import { KeyFileError, readKeyFile, writeKeyFile } from "./key-file.ts";
import { directorKeyPath, loadDirectorKey } from "./load-director-key.ts";
import { makeDevelopmentTrust } from "./make-development-trust.ts";
import { makePrivateKey, signerOf } from "./signer.ts";
import { testNowMs } from "./testing/create-trust.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ifrit-keys-"));
});
afterEach(() => rm(folder, { recursive: true }));

const passphrase = "correct horse battery";

test("a key file is read back, only by its owner, and with its passphrase", async () => {
  const key = makePrivateKey();
  const { keyId } = await signerOf(key);
  const [open, sealed] = [join(folder, "open.pem"), join(folder, "sealed.pem")];
  await writeKeyFile(open, key, undefined);
  await writeKeyFile(sealed, key, passphrase);
  expect((await stat(open)).mode & 0o777).toBe(0o600);
  expect(await readFile(sealed, "utf8")).toContain("ENCRYPTED");
  expect((await readKeyFile(open)).keyId).toBe(keyId);
  expect((await readKeyFile(sealed, passphrase)).keyId).toBe(keyId);
  await expect(readKeyFile(sealed)).rejects.toThrow(/sealed.pem is encrypted/);
  await expect(readKeyFile(sealed, "another passphrase")).rejects.toThrow(/passphrase is wrong/);
  await chmod(open, 0o640);
  await expect(readKeyFile(open)).rejects.toThrow(/can be read by others/);
});

test("a key file is never overwritten", async () => {
  const path = join(folder, "key.pem");
  await writeKeyFile(path, makePrivateKey(), undefined);
  const before = await readFile(path, "utf8");
  await expect(writeKeyFile(path, makePrivateKey(), undefined)).rejects.toThrow(KeyFileError);
  expect(await readFile(path, "utf8")).toBe(before);
  expect(await readdir(folder)).toEqual(["key.pem"]);
});

test("readKeyFile() says what is wrong with a file", async () => {
  const path = join(folder, "x.pem");
  await expect(readKeyFile(path)).rejects.toThrow(/x.pem cannot be read: there is no such file/);
  await writeFile(path, "hello", { mode: 0o600 });
  await expect(readKeyFile(path)).rejects.toThrow(/x.pem cannot be read: it is no private key/);
  await writeFile(path, "x".repeat(20_000));
  await expect(readKeyFile(path)).rejects.toThrow(/too large/);
});

test("files appear whole: created once, replaced in one step", async () => {
  const path = join(folder, "file");
  await createFileDurably(path, "one", 0o644);
  await expect(createFileDurably(path, "two", 0o644)).rejects.toMatchObject({ code: "EEXIST" });
  await replaceFileDurably(path, "three", 0o644);
  expect(await readFile(path, "utf8")).toBe("three");
  expect(await readdir(folder)).toEqual(["file"]);
});

test("loadDirectorKey() makes one key, also when several masters start at once", async () => {
  const loaded = await Promise.all(
    Array.from({ length: 8 }, () => loadDirectorKey({ dataDir: folder })),
  );
  expect(new Set(loaded.map((key) => key.keyId)).size).toBe(1);
  expect((await loadDirectorKey({ dataDir: folder })).keyId).toBe(loaded[0]!.keyId);
});

test("loadDirectorKey() takes the key that it is given, and makes none", async () => {
  const key = makePrivateKey();
  const pem = key.export({ type: "pkcs8", format: "pem" }).toString();
  expect((await loadDirectorKey({ dataDir: folder, pem })).keyId).toBe((await signerOf(key)).keyId);
  expect(await readdir(folder)).toEqual([]);
});

test("loadDirectorKey() never replaces a key that it cannot read", async () => {
  await loadDirectorKey({ dataDir: folder });
  await writeFile(directorKeyPath(folder), "damaged");
  await expect(loadDirectorKey({ dataDir: folder })).rejects.toThrow(KeyFileError);
  expect(await readFile(directorKeyPath(folder), "utf8")).toBe("damaged");
});

test("makeDevelopmentTrust() is made once, and a half-made one is made anew", async () => {
  const first = await makeDevelopmentTrust(folder, testNowMs);
  const root = await openRoot(first.rootText);
  expect(root.director.keys[0]?.keyId).toBe(first.director.keyId);
  expect(root.release.keys[0]?.keyId).toBe(first.release.keyId);
  const again = await makeDevelopmentTrust(folder, testNowMs + 1);
  expect(again.rootText).toBe(first.rootText);
  expect(again.release.keyId).toBe(first.release.keyId);
});
