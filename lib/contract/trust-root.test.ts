import { expect, test } from "vitest";
import {
  createTrust,
  type RootGiven,
  refused,
  rootDocument,
} from "../signing/testing/create-trust.ts";
import { fixedSigners } from "../signing/testing/fixed-signer.ts";
import { directorKeySet, readTrustRoot, type TrustRoot } from "./trust-root.ts";

const [a, b, c, d] = await fixedSigners("a", "b", "c", "d");
const given: RootGiven = {
  root: { keys: [a!] },
  release: { keys: [b!] },
  director: { keys: [c!] },
};
const read = (document: unknown) =>
  readTrustRoot(new TextEncoder().encode(JSON.stringify(document)), "");
const changed = (edit: (document: TrustRoot) => void) => {
  const document = rootDocument(given);
  edit(document);
  return read(document);
};

test("directorKeySet() gives a cluster its own director where it has one", async () => {
  const { root } = await createTrust({ directors: { west: { keys: [d!] } } });
  expect(directorKeySet(root, "west").keys.map((key) => key.keyId)).toEqual([d!.keyId]);
  expect(directorKeySet(root, "east")).toBe(root.director);
  expect(directorKeySet(root, "constructor")).toBe(root.director);
});

test("readTrustRoot() ignores fields that a newer version may add", async () => {
  const document = { ...rootDocument(given), comment: "hello" };
  await expect(read(document)).resolves.toMatchObject({ document: rootDocument(given) });
});

test.each<[string, (document: TrustRoot) => void]>([
  ["a key under another id", ({ keys }) => swap(keys, a!.keyId, b!.keyId)],
  ["a role with an unlisted key", ({ keys }) => delete keys[c!.keyId]],
  ["a key named twice in a role", ({ roles }) => roles.root.keyIds.push(a!.keyId)],
  [
    "a threshold above the number of keys",
    ({ roles }) => Object.assign(roles.root, { threshold: 2 }),
  ],
  ["a threshold of nothing", ({ roles }) => Object.assign(roles.root, { threshold: 0 })],
  ["a role without keys", ({ roles }) => Object.assign(roles.release, { keyIds: [] })],
  ["a director that may sign releases", ({ roles }) => roles.release.keyIds.push(c!.keyId)],
  [
    "a root key that is also a director",
    ({ roles }) => Object.assign(roles.directors, { east: roles.root }),
  ],
  ["version 0", (document) => Object.assign(document, { version: 0 })],
  ["version 1.5", (document) => Object.assign(document, { version: 1.5 })],
  ["no expiry", (document) => Object.assign(document, { expiresAtMs: undefined })],
  ["another algorithm", ({ keys }) => Object.assign(keys[a!.keyId]!, { algorithm: "rsa" })],
])("readTrustRoot() refuses %s", async (_, edit) => {
  await expect(changed(edit)).rejects.toThrow(refused("malformed"));
});

function swap<T>(record: Record<string, T>, one: string, other: string): void {
  [record[one], record[other]] = [record[other]!, record[one]!];
}
