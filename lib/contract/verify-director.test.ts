import { expect, test } from "vitest";
import { signAnchor, signDocument, signFreshness } from "../signing/sign-director.ts";
import {
  anchorStatement,
  clock,
  createTrust,
  digest,
  directorFloor,
  documentStatement,
  freshnessStatement,
  hourMs,
  machine,
  refused,
  testNowMs,
} from "../signing/testing/create-trust.ts";
import { fixedSigners } from "../signing/testing/fixed-signer.ts";
import {
  type DocumentStatement,
  type FreshnessStatement,
  slotSetHas,
  slotSetOf,
} from "./director-statement.ts";
import { masterClockSkewMsMax, type TrustClock, trustNowMs } from "./verify-clock.ts";
import {
  type DirectedMachine,
  isFresh,
  verifyAnchor,
  verifyDirector,
  verifyDocument,
  verifyFreshness,
} from "./verify-director.ts";
import type { DirectorFloor } from "./verify-floors.ts";

const [westKey] = await fixedSigners("west");
const trust = await createTrust({ directors: { west: { keys: [westKey!] } } });
const { root, directorKeys: keys } = trust;

type Given = {
  document?: Partial<DocumentStatement>;
  freshness?: Partial<FreshnessStatement>;
  bytes?: string;
  machine?: Partial<DirectedMachine>;
  floor?: Partial<DirectorFloor>;
  clock?: Partial<TrustClock>;
};
async function verify(given: Given = {}) {
  const answer = {
    document: await signDocument(documentStatement(given.document), keys),
    freshness: await signFreshness(freshnessStatement(given.freshness), keys),
    documentSha256: given.bytes ?? documentStatement(given.document).sha256,
  };
  const floor = directorFloor(given.floor);
  return verifyDirector(root, answer, machine(given.machine), floor, clock(given.clock));
}
const freshness = async (statement: Partial<FreshnessStatement>, at: Partial<TrustClock> = {}) =>
  verifyFreshness(
    root,
    await signFreshness(freshnessStatement(statement), keys),
    "east",
    directorFloor(),
    clock(at),
  );

test("verifyDirector() takes an answer and says what to persist", async () => {
  const verdict = await verify();
  expect(verdict.floor).toEqual({
    clusterId: "east",
    freshnessSequence: 60,
    documentSequence: 50,
    documentSha256: digest("d"),
  });
  await expect(verify({ floor: verdict.floor })).resolves.toEqual(verdict);
});

const slots = slotSetOf([7, 16_383]);
test.each<[string, Given, Parameters<typeof refused>[0]]>([
  ["replay: older freshness", { floor: { freshnessSequence: 61 } }, "rollback"],
  [
    "replay: an older document, and freshness that fits it",
    { floor: { documentSequence: 51 } },
    "rollback",
  ],
  [
    "mix-and-match: an old document beside new freshness",
    { freshness: { documentSequence: 51 } },
    "mix_and_match",
  ],
  [
    "mix-and-match: a new document beside old freshness",
    { document: { sequence: 51 } },
    "mix_and_match",
  ],
  [
    "mix-and-match: two documents with one sequence",
    { floor: { documentSequence: 50, documentSha256: digest("e") } },
    "mix_and_match",
  ],
  ["mix-and-match: other bytes than the signed ones", { bytes: digest("e") }, "digest_mismatch"],
  [
    "another cluster's answer under a shared key",
    { machine: { clusterId: "north" } },
    "wrong_cluster",
  ],
  ["a document of another cluster", { document: { clusterId: "north" } }, "wrong_cluster"],
  ["a document for another machine type", { machine: { machineType: "WINDOWS" } }, "wrong_machine"],
  [
    "a document for another machine",
    { document: { audience: { kind: "machine", machineType: "LINUX", machineId: "m-2" } } },
    "wrong_machine",
  ],
  [
    "a document for other slots",
    { document: { audience: { kind: "class", machineType: "LINUX", slots: slotSetOf([6]) } } },
    "wrong_machine",
  ],
  [
    "a document for slots before the machine knows its own",
    {
      document: { audience: { kind: "class", machineType: "LINUX", slots } },
      machine: { slot: null },
    },
    "wrong_machine",
  ],
  [
    "an answer under an expired root",
    {
      freshness: {
        issuedAtMs: root.document.expiresAtMs,
        expiresAtMs: root.document.expiresAtMs + 1,
      },
    },
    "expired",
  ],
])("verifyDirector() refuses %s", async (_, given, reason) => {
  await expect(verify(given)).rejects.toThrow(refused(reason));
});

test("verifyDirector() takes a document for this machine, and one for its slot", async () => {
  const named = { kind: "machine", machineType: "LINUX", machineId: "m-1" } as const;
  await expect(verify({ document: { audience: named } })).resolves.toBeDefined();
  const some = { kind: "class", machineType: "LINUX", slots } as const;
  await expect(verify({ document: { audience: some } })).resolves.toBeDefined();
});

test("a cluster with its own director does not listen to the others' key", async () => {
  const text = await signFreshness(freshnessStatement({ clusterId: "west" }), keys);
  const floor = directorFloor({ clusterId: "west" });
  const verified = (key: string) => verifyFreshness(root, key, "west", floor, clock());
  await expect(verified(text)).rejects.toThrow(refused("unknown_key"));
  const own = await signFreshness(freshnessStatement({ clusterId: "west" }), [westKey!]);
  await expect(verified(own)).resolves.toBeDefined();
});

test("release keys cannot direct", async () => {
  const text = await signFreshness(freshnessStatement(), trust.releaseKeys);
  await expect(verifyFreshness(root, text, "east", directorFloor(), clock())).rejects.toThrow(
    refused("unknown_key"),
  );
});

test("freeze: a statement that is repeated is refused once its lifetime has passed here", async () => {
  const { time } = await freshness({});
  const after = (ms: number) => freshness({}, { time, monotonicMs: 10_000 + ms });
  await expect(after(hourMs + masterClockSkewMsMax - 1)).resolves.toMatchObject({ time });
  await expect(after(hourMs + masterClockSkewMsMax)).rejects.toThrow(refused("freeze"));
});

test("freeze: recorded statements played back slower than time passes are refused", async () => {
  let { time } = await freshness({});
  const play = (step: number) =>
    freshness(
      {
        sequence: 60 + step,
        issuedAtMs: testNowMs + (step * hourMs) / 2,
        expiresAtMs: testNowMs + (step * hourMs) / 2 + hourMs,
      },
      { time, monotonicMs: 10_000 + step * hourMs },
    );
  ({ time } = await play(1));
  ({ time } = await play(2));
  await expect(play(3)).rejects.toThrow(refused("freeze"));
});

test("freeze: the wall clock, wrong by decades either way, refuses and accepts nothing", async () => {
  for (const wallMs of [0, Date.UTC(2016), Date.UTC(2099)]) {
    const { time } = await freshness({}, { wallMs });
    const late = { wallMs, time, monotonicMs: 10_000 + 2 * hourMs };
    await expect(freshness({}, late)).rejects.toThrow(refused("freeze"));
  }
});

test("replay: each part is refused by itself when it is older than what was seen", async () => {
  const floor = directorFloor({ documentSequence: 51 });
  const document = await signDocument(documentStatement(), keys);
  await expect(verifyDocument(root, document, machine(), floor)).rejects.toThrow(
    refused("rollback"),
  );
  const news = await signFreshness(freshnessStatement(), keys);
  await expect(verifyFreshness(root, news, "east", floor, clock())).rejects.toThrow(
    refused("rollback"),
  );
});

test("freeze: news bring the time forward, also where the monotonic clock stood still", async () => {
  const before = await freshness({});
  const later = testNowMs + 10 * hourMs;
  const { time } = await freshness(
    { issuedAtMs: later, expiresAtMs: later + hourMs },
    { time: before.time },
  );
  await expect(freshness({}, { time })).rejects.toThrow(refused("freeze"));
});

test("isFresh() is asked again right before a change", async () => {
  const { statement, time } = await freshness({});
  expect(isFresh(statement, time, 10_000 + hourMs)).toBe(true);
  expect(isFresh(statement, time, 10_000 + 2 * hourMs)).toBe(false);
});

const question = { clusterId: "east", machineId: "m-1", machineType: "LINUX", counter: 5 } as const;
const anchor = async (overrides: object = {}, floor = directorFloor()) =>
  verifyAnchor(root, await signAnchor(anchorStatement(overrides), keys), question, floor, 20_000);

test("verifyAnchor() tells the master's time, and its newest freshness becomes the floor", async () => {
  const { time, floor, statement } = await anchor();
  expect({ time, sequence: floor.freshnessSequence, slot: statement.slot }).toEqual({
    time: { atMs: testNowMs, monotonicMs: 20_000 },
    sequence: 60,
    slot: 7,
  });
  const seen = directorFloor({ freshnessSequence: 99 });
  expect((await anchor({}, seen)).floor.freshnessSequence).toBe(99);
});

test("verifyAnchor() refuses answers to other requests, machines and clusters", async () => {
  await expect(anchor({ counter: 4 })).rejects.toThrow(refused("replay"));
  await expect(anchor({ machineId: "m-2" })).rejects.toThrow(refused("wrong_machine"));
  await expect(anchor({ machineType: "WINDOWS" })).rejects.toThrow(refused("wrong_machine"));
  await expect(anchor({ clusterId: "north" })).rejects.toThrow(refused("wrong_cluster"));
});

test("freeze: with an anchor, old news are refused from the first answer after a start", async () => {
  const { time } = await anchor({ issuedAtMs: testNowMs + 2 * hourMs, freshnessSequence: 0 });
  await expect(freshness({}, { time, monotonicMs: 20_000 })).rejects.toThrow(refused("freeze"));
});

test("a master's clock that was years ahead heals with the next anchor", async () => {
  const { time } = await anchor({ issuedAtMs: testNowMs + 3 * 365 * 24 * hourMs });
  await expect(freshness({}, { time })).rejects.toThrow(refused("expired"));
  const healed = (await anchor()).time;
  await expect(freshness({}, { time: healed, monotonicMs: 20_000 })).resolves.toBeDefined();
});

test("trustNowMs() is the master's time where it is known", () => {
  expect(trustNowMs({ monotonicMs: 500, wallMs: 7, time: null })).toBe(7);
  expect(trustNowMs({ monotonicMs: 500, wallMs: 7, time: { atMs: 1000, monotonicMs: 200 } })).toBe(
    1300,
  );
});

test("slotSetOf() and slotSetHas() agree", () => {
  const chosen = new Set([0, 7, 8, 16_380, 16_383]);
  const set = slotSetOf(chosen);
  const found = Array.from({ length: 2_341 }, (_, index) => index * 7).filter((slot) =>
    slotSetHas(set, slot),
  );
  expect(found).toEqual([0, 7, 16_380]);
  for (const slot of chosen) expect(slotSetHas(set, slot)).toBe(true);
  expect(slotSetHas("", 0)).toBe(false);
  expect(() => slotSetOf([16_384])).toThrow(RangeError);
});
