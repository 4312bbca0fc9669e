import { createSecretKey } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { createChangeControl } from "../change-control/change-control.ts";
import { header } from "../contract/headers.ts";
import type { TrustedRoot } from "../contract/trust-root.ts";
import { verifyDirector } from "../contract/verify-director.ts";
import { sha256Hex } from "../contract/verify-encoding.ts";
import { firstFloors } from "../contract/verify-floors.ts";
import { TrustError } from "../contract/verify-refusal.ts";
import { composeDesiredState } from "../desired-state/compose-desired-state.ts";
import { adopt, type DesiredStateCache } from "../desired-state/desired-state-cache.ts";
import type { DesiredEntry } from "../desired-state/resolve.ts";
import { slotOf } from "../desired-state/slot.ts";
import { answerStatement } from "../machines/answer-statement.ts";
import { type CheckInContext, checkIn } from "../machines/check-in.ts";
import { signMachineToken } from "../machines/machine-token.ts";
import type { Services } from "../platform/services.ts";
import { clusterSigning } from "./cluster-signing.ts";
import { readOwnTrust } from "./own-trust.ts";
import { readNews } from "./read-news.ts";
import { serveDevelopmentTrust } from "./serve-development-trust.ts";
import { signFreshness } from "./sign-director.ts";

/*
 * What a master puts on the wire (checkIn and answerStatement, as the lane calls them), changed on the
 * way in every manner that somebody without its key can, and read as ifrit-agent reads it.
 */

const nowMs = Date.UTC(2026, 0, 1);
const folder = mkdtempSync(join(tmpdir(), "ifrit-served-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const env = { IFRIT_DATA_DIR: folder, IFRIT_ROLE: "all" } as Services["env"];
const log = { info() {}, warn() {}, error() {} } as unknown as Services["log"];
const services = { env, log, now: () => nowMs } as Services;
await serveDevelopmentTrust(env, nowMs);
const trust = await readOwnTrust(services, { newest: true });
const root = trust.root as TrustedRoot;

const tokenKey = createSecretKey(Buffer.alloc(32, 1));
const entry = (version: string, overrides: Partial<DesiredEntry> = {}): DesiredEntry => ({
  ...{ releaseId: 1, machineType: "LINUX", agentName: "log-agent", scope: "default" },
  ...{ machineId: null, batch: null, batchCount: null, ringSalt: "", version, timestampMs: 1_000 },
  ...overrides,
});
const batch = { scope: "batch", batch: 1, batchCount: 2, timestampMs: 2_000 } as const;

type Served = { document: Buffer; statement: string; freshness: string };

/** A master in one state of the world, asked by a machine. */
async function serve(entries: DesiredEntry[], sequence: number, machineId: string) {
  const composition = composeDesiredState("c1", entries, []);
  const said = {
    ...({
      schema: 1,
      clusterId: "c1",
      sequence: sequence + 1,
      documentSequence: sequence,
    } as const),
    compositionSha256: composition.digest,
    ...{ issuedAtMs: nowMs, expiresAtMs: nowMs + 60_000 },
  };
  const news = await readNews(trust, "c1", await signFreshness(said, [trust.director!]));
  const desired: DesiredStateCache = new Map();
  const signing = clusterSigning(trust, "c1", news);
  const built = { composition, generation: 1, revision: 1, changingTypes: [], signing };
  adopt(desired, built, nowMs);
  const policy = { freezes: [], holds: [], rules: new Map(), stopped: new Map() };
  const context: CheckInContext = {
    ...{ tokenKey, blocked: new Map(), now: () => nowMs, desired, heartbeats: new Map() },
    ...{ wantFullReport: new Set(), machineCounts: new Map() },
    poll: { seconds: 60, fastSeconds: 5 },
    services,
    changeControl: {
      ...createChangeControl(),
      policy: { ...policy, rolledBack: new Set(), knownBad: [] } as never,
      policyAtMs: nowMs,
    },
  };
  const claims = { machineId, clusterId: "c1", type: "LINUX", slot: slotOf(machineId) } as const;
  const authorization = `Bearer ${signMachineToken(tokenKey, claims, nowMs + 60_000)}`;
  const none = { ifNoneMatch: undefined, stateDigest: undefined, switching: undefined };
  // What it has applied already, so that no store is asked whether it may change.
  const etag = desired.get("c1")!.composition.types.get("LINUX")!.documents;
  const own = etag[desired.get("c1")!.composition.types.get("LINUX")!.slotClass[claims.slot]!]!;
  const answer = await checkIn(context, { authorization, ...none, appliedEtag: own.etag });
  const at = answer.headers.indexOf(header.freshness);
  const statement = await answerStatement({ ...context, services }, authorization);
  return {
    document: answer.body as Buffer,
    statement: String(statement.body),
    freshness: answer.headers[at + 1]!,
  } satisfies Served;
}

const [first, second] = [0, 1].map((wanted) => {
  const { slotClass } = composeDesiredState(
    "c1",
    [entry("1.0.0"), entry("2.0.0", batch)],
    [],
  ).types.get("LINUX")!;
  const ids = Array.from({ length: 100 }, (_, index) => `m-${index}`);
  return ids.find((id) => slotClass[slotOf(id)] === wanted)!;
}) as [string, string];
const now = [entry("1.0.0"), entry("2.0.0", batch)];
const genuine = await serve(now, 500, first);
const others: Record<string, Served> = {
  "the other class": await serve(now, 500, second),
  "the day before": await serve([entry("0.9.0"), entry("1.0.0", batch)], 400, first),
  "the same, signed before": await serve(now, 450, first),
  "the day after": await serve([entry("1.1.0"), entry("2.0.0", batch)], 600, first),
};

async function judge(served: Served): Promise<string> {
  const machine = { clusterId: "c1", machineId: first, machineType: "LINUX" } as const;
  const answer = {
    document: served.statement,
    freshness: served.freshness,
    documentSha256: await sha256Hex(new Uint8Array(served.document)),
  };
  // It has acted on sequence 500 before.
  const floor = { ...firstFloors(root, "c1").director, documentSequence: 500 };
  const clock = { monotonicMs: 0, wallMs: nowMs, time: null };
  try {
    const slot = slotOf(first);
    const verdict = await verifyDirector(root, answer, { ...machine, slot }, floor, clock);
    return `accepted ${verdict.document.sequence} ${verdict.document.sha256}`;
  } catch (error) {
    return error instanceof TrustError ? error.reason : `thrown ${error}`;
  }
}

const parts = ["document", "statement", "freshness"] as const;
type Part = (typeof parts)[number];

const bounds = { minLength: 1, maxLength: 2 };

/** One part changed, or some parts taken from other answers of the same master. */
const mutated: fc.Arbitrary<Served> = fc.oneof(
  fc
    .tuple(fc.constantFrom(...parts), fc.nat(), fc.nat(7), fc.constantFrom("flip", "cut", "double"))
    .map(([part, at, bit, how]) => withPart(part, (bytes) => edit(bytes, at, bit, how))),
  fc
    // All three of another answer are no mutation: of the day after they would be the newest word.
    .tuple(fc.constantFrom(...Object.keys(others)), fc.subarray([...parts], bounds))
    .map(([name, taken]) => {
      const replaced = Object.fromEntries(taken.map((part) => [part, others[name]![part]]));
      return { ...genuine, ...replaced } as Served;
    }),
  fc
    .tuple(fc.constantFrom<Part>("statement", "freshness"), fc.constantFrom<Part>(...parts))
    .map(([to, from]) => ({ ...genuine, [to]: String(genuine[from]) })),
  fc.string({ maxLength: 300 }).map((noise) => ({ ...genuine, document: Buffer.from(noise) })),
);

function withPart(part: Part, change: (bytes: Buffer) => Buffer): Served {
  const changed = change(Buffer.from(genuine[part]));
  return { ...genuine, [part]: part === "document" ? changed : changed.toString("latin1") };
}

function edit(bytes: Buffer, seed: number, bit: number, how: string): Buffer {
  const at = seed % bytes.length;
  if (how === "cut") return bytes.subarray(0, at);
  if (how === "double") return Buffer.concat([bytes.subarray(0, at + 1), bytes.subarray(at)]);
  bytes[at]! ^= 1 << bit;
  return bytes;
}

test("what a master serves is taken by the machine that it is for", async () => {
  expect(await judge(genuine)).toMatch(/^accepted 500 [0-9a-f]{64}$/);
});

/** JSON around the signed bytes may be spelled otherwise, as long as just the same is read. */
test("10,000 mutations of served answers: no machine believes another document than its own newest one", async () => {
  const taken = await judge(genuine);
  const reasons = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(mutated, async (served) => {
      const verdict = await judge(served);
      const word = verdict.split(" ")[0]!;
      reasons.set(word, (reasons.get(word) ?? 0) + 1);
      expect(word).not.toBe("thrown");
      if (word === "accepted") {
        expect(verdict).toBe(taken);
        expect(served.document.equals(genuine.document)).toBe(true);
      }
    }),
    { numRuns: 10_000 },
  );
  const seen = ["digest_mismatch", "rollback", "wrong_machine", "mix_and_match", "malformed"];
  expect([...reasons.keys()]).toEqual(expect.arrayContaining(seen));
}, 60_000);
