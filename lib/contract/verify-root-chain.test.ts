import { expect, test } from "vitest";
import { signRoot } from "../signing/sign-root.ts";
import {
  createTrust,
  hourMs,
  refused,
  rootDocument,
  testNowMs,
} from "../signing/testing/create-trust.ts";
import { fixedSigners } from "../signing/testing/fixed-signer.ts";
import {
  openRoot,
  requireCurrentRoot,
  rootStepsMax,
  verifyRootChain,
} from "./verify-root-chain.ts";

const signers = await fixedSigners(...Array.from({ length: 10 }, (_, index) => `chain-${index}`));
const others = await createTrust();
const pick = (indexes: readonly number[]) => indexes.map((index) => signers[index]!);

type Version = {
  keys: number[];
  threshold: number;
  signedBy: number[];
  version?: number;
  expiresAtMs?: number;
};
const sign = ({ keys, threshold, signedBy, ...rest }: Version, version: number) =>
  signRoot(
    rootDocument({
      ...others.given,
      version,
      root: { keys: pick(keys), threshold },
      ...rest,
    }),
    pick(signedBy),
  );
const chainOf = (versions: Version[]) =>
  Promise.all(versions.map((version, index) => sign(version, index + 1)));
const one: Version = { keys: [1], threshold: 1, signedBy: [1] };
const five = [0, 1, 2, 3, 4];
const fiveRotated = [0, 1, 3, 4, 5];

/** The cases of TUF's conformance suite, test_updater_key_rotations.py. The last version is in question. */
test.each<[string, Version[], "taken" | "refused"]>([
  [
    "1 of 1 rotated",
    [
      one,
      { keys: [2], threshold: 1, signedBy: [2, 1] },
      { keys: [2], threshold: 1, signedBy: [2] },
    ],
    "taken",
  ],
  [
    "1 of 1 rotated, with signatures of strangers",
    [
      { ...one, signedBy: [3, 1, 4] },
      { keys: [2], threshold: 1, signedBy: [3, 2, 1, 4] },
    ],
    "taken",
  ],
  [
    "3 of 5, other three each time",
    [
      { keys: five, threshold: 3, signedBy: [0, 2, 4] },
      { keys: five, threshold: 3, signedBy: [0, 4, 1] },
      { keys: five, threshold: 3, signedBy: [0, 1, 3] },
    ],
    "taken",
  ],
  [
    "3 of 5, one key rotated",
    [
      { keys: five, threshold: 3, signedBy: [0, 2, 4] },
      { keys: fiveRotated, threshold: 3, signedBy: [0, 4, 1] },
    ],
    "taken",
  ],
  [
    "3 of 5, one key rotated in two steps",
    [
      { keys: five, threshold: 3, signedBy: [0, 2, 4] },
      { keys: fiveRotated, threshold: 3, signedBy: [0, 2, 4, 5] },
      { keys: fiveRotated, threshold: 3, signedBy: [0, 4, 5] },
    ],
    "taken",
  ],
  [
    "3 of 5, all keys rotated",
    [
      { keys: five, threshold: 3, signedBy: [0, 2, 4] },
      { keys: [5, 6, 7, 8, 9], threshold: 3, signedBy: [0, 2, 4, 5, 6, 7] },
      { keys: [5, 6, 7, 8, 9], threshold: 3, signedBy: [5, 6, 7] },
    ],
    "taken",
  ],
  [
    "1 of 3 becomes 2 of 3",
    [
      { keys: [1, 2, 3], threshold: 1, signedBy: [1] },
      { keys: [1, 2, 3], threshold: 2, signedBy: [1, 2] },
    ],
    "taken",
  ],
  [
    "2 of 3 becomes 1 of 3",
    [
      { keys: [1, 2, 3], threshold: 2, signedBy: [1, 2] },
      { keys: [1, 2, 3], threshold: 1, signedBy: [1, 2] },
      { keys: [1, 2, 3], threshold: 1, signedBy: [1] },
    ],
    "taken",
  ],
  ["1 of 1 becomes 2 of 2", [one, { keys: [1, 2], threshold: 2, signedBy: [1, 2] }], "taken"],
  [
    "1 of 1 rotated without the old key",
    [one, { keys: [2], threshold: 1, signedBy: [2, 3, 4] }],
    "refused",
  ],
  [
    "1 of 1 rotated without the new key",
    [one, { keys: [2], threshold: 1, signedBy: [1, 3, 4] }],
    "refused",
  ],
  [
    "3 of 5, not three of the new keys",
    [
      { keys: five, threshold: 3, signedBy: [0, 2, 4] },
      { keys: fiveRotated, threshold: 3, signedBy: [0, 2, 4] },
    ],
    "refused",
  ],
  [
    "3 of 5, not three of the old keys",
    [
      { keys: five, threshold: 3, signedBy: [0, 2, 4] },
      { keys: fiveRotated, threshold: 3, signedBy: [0, 4, 5] },
    ],
    "refused",
  ],
  [
    "1 of 3 becomes 2 of 3 with one signature",
    [
      { keys: [1, 2, 3], threshold: 1, signedBy: [1] },
      { keys: [1, 2, 3], threshold: 2, signedBy: [2] },
    ],
    "refused",
  ],
  [
    "2 of 3 becomes 1 of 3 with one signature",
    [
      { keys: [1, 2, 3], threshold: 2, signedBy: [1, 2] },
      { keys: [1, 2, 3], threshold: 1, signedBy: [1] },
    ],
    "refused",
  ],
])("root rotation: %s", async (_, versions, expected) => {
  const [first, ...rest] = await chainOf(versions);
  const result = await verifyRootChain(await openRoot(first!), rest, testNowMs);
  const wanted = expected === "taken" ? versions.length : versions.length - 1;
  expect(result.root.document.version).toBe(wanted);
  if (expected === "taken") expect(result.refusal).toBeNull();
  else expect(result.refusal?.reason).toMatch(/^(unknown_key|threshold_not_met)$/);
});

test("root chain: what was good before a bad candidate stays good", async () => {
  const [first, second, third] = await chainOf([one, one, one]);
  const broken = third!.replace('"signatures":[{', '"signatures":[],"was":[{');
  const result = await verifyRootChain(
    await openRoot(first!),
    [second!, broken, third!],
    testNowMs,
  );
  expect(result).toMatchObject({ accepted: 1, root: { text: second } });
  expect(result.refusal?.reason).toBe("unknown_key");
});

test("root rollback: an older root, and the same one again, are refused", async () => {
  const [first, second] = await chainOf([one, one]);
  const trusted = await openRoot(second!);
  for (const candidate of [first!, second!]) {
    const result = await verifyRootChain(trusted, [candidate], testNowMs);
    expect(result).toMatchObject({ root: trusted, accepted: 0, refusal: { reason: "rollback" } });
  }
});

test("root chain: a version that is left out is a gap", async () => {
  const [first, , third] = await chainOf([one, one, one]);
  const result = await verifyRootChain(await openRoot(first!), [third!], testNowMs);
  expect(result.refusal?.reason).toBe("version_gap");
});

test("root chain: a chain of five is followed, and of too many roots the first ones", async () => {
  const [first, ...rest] = await chainOf(Array.from({ length: rootStepsMax + 3 }, () => one));
  const trusted = await openRoot(first!);
  expect((await verifyRootChain(trusted, rest.slice(0, 4), testNowMs)).root.document.version).toBe(
    5,
  );
  const result = await verifyRootChain(trusted, rest, testNowMs);
  expect(result).toMatchObject({ accepted: rootStepsMax, refusal: { reason: "too_large" } });
  const again = await verifyRootChain(result.root, rest.slice(rootStepsMax), testNowMs);
  expect(again).toMatchObject({ accepted: 2, refusal: null });
});

test("root expiry: an expired root is taken and passed through, but says so at the end", async () => {
  const past = { expiresAtMs: testNowMs - hourMs };
  const [first, second, third] = await chainOf([one, { ...one, ...past }, one]);
  const trusted = await openRoot(first!);
  const ending = await verifyRootChain(trusted, [second!], testNowMs);
  expect(ending).toMatchObject({ accepted: 1, refusal: null, expired: true });
  expect(() => requireCurrentRoot(ending.root, testNowMs)).toThrow(refused("expired"));
  const passing = await verifyRootChain(trusted, [second!, third!], testNowMs);
  expect(passing).toMatchObject({ accepted: 2, refusal: null, expired: false });
});

test("openRoot() opens an expired root, so that a machine that slept can catch up", async () => {
  const text = await sign({ ...one, expiresAtMs: 1 }, 1);
  await expect(openRoot(text)).resolves.toMatchObject({ document: { version: 1 } });
});

test("openRoot() refuses a root that its own keys have not signed", async () => {
  const text = await sign({ keys: [1], threshold: 1, signedBy: [2] }, 1);
  await expect(openRoot(text)).rejects.toThrow(refused("unknown_key"));
});

test("openRoot() refuses another root than the pinned one", async () => {
  const text = await sign(one, 1);
  const { fingerprint } = await openRoot(text);
  await expect(openRoot(text, fingerprint)).resolves.toBeDefined();
  const other = await sign(one, 2);
  await expect(openRoot(other, fingerprint)).rejects.toThrow(refused("digest_mismatch"));
});
