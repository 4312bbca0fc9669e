import { createSecretKey } from "node:crypto";
import { expect, test } from "vitest";
import { createChangeControl } from "../change-control/change-control.ts";
import { header } from "../contract/headers.ts";
import { composeDesiredState } from "../desired-state/compose-desired-state.ts";
import { slotOf } from "../desired-state/slot.ts";
import { unsignedCluster } from "../signing/cluster-signing.ts";
import { type CheckInContext, type CheckInInput, checkIn } from "./check-in.ts";
import { signMachineToken } from "./machine-token.ts";

const nowMs = 1_700_000_000_000;
const tokenKey = createSecretKey(Buffer.alloc(32, 1));
const digest = "0123456789abcdef0123456789abcdef";

function context(overrides: Partial<CheckInContext> = {}): CheckInContext {
  const composition = composeDesiredState("c1", [], []);
  const memory = { composition, generation: 1, revision: 1, changingTypes: new Set<never>() };
  return {
    tokenKey,
    blocked: new Map(),
    now: () => nowMs,
    desired: new Map([["c1", { ...memory, ...unsigned, changedAtMs: 0 }]]),
    heartbeats: new Map(),
    wantFullReport: new Set(),
    machineCounts: new Map(),
    poll: { seconds: 60, fastSeconds: 5 },
    // Not touched: nothing that has no rule to follow asks a store.
    services: {} as CheckInContext["services"],
    changeControl: { ...createChangeControl(), policy: noRules, policyAtMs: nowMs },
    ...overrides,
  };
}

const unsigned = { signing: unsignedCluster, newsHeaders: [] };

const noRules = {
  ...{ freezes: [], holds: [], rules: new Map() },
  ...{ stopped: new Map(), rolledBack: new Set<string>(), knownBad: new Map() },
};

function ask(
  master: CheckInContext,
  input: Partial<CheckInInput> = {},
  { clusterId = "c1", expiresAtMs = nowMs + 60_000 } = {},
) {
  const claims = { machineId: "m-1", clusterId, type: "LINUX", slot: slotOf("m-1") } as const;
  const answer = checkIn(master, {
    authorization: `Bearer ${signMachineToken(tokenKey, claims, expiresAtMs)}`,
    ifNoneMatch: undefined,
    stateDigest: undefined,
    appliedEtag: undefined,
    switching: undefined,
    ...input,
  });
  if (answer instanceof Promise) throw new Error("a store was asked");
  const headers: Record<string, string> = {};
  for (let at = 0; at < answer.headers.length; at += 2)
    headers[answer.headers[at]!] = answer.headers[at + 1]!;
  return { ...answer, headers };
}

const codeOf = (answer: { body: unknown }) => JSON.parse(String(answer.body)).code;

test("checkIn() answers with the document and its ETag, and with 304 to a machine that has it", () => {
  const master = context();
  const first = ask(master);
  expect(first.status).toBe(200);
  expect(JSON.parse(String(first.body))).toEqual({ schema: 1, clusterId: "c1", agents: [] });
  const { etag } = first.headers as { etag: string };
  for (const ifNoneMatch of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
    const again = ask(master, { ifNoneMatch });
    expect([again.status, again.body, again.headers.etag]).toEqual([304, null, etag]);
  }
  expect(ask(master, { ifNoneMatch: '"other"' }).status).toBe(200);
});

test("checkIn() notes the heartbeat with its digest, and takes no nonsense for one", () => {
  const master = context();
  ask(master, { stateDigest: digest });
  expect(master.heartbeats.get("c1")?.get("m-1")).toEqual({
    ...{ seenAtMs: nowMs, digest, instance: "" },
  });
  ask(master, { stateDigest: "'; DROP TABLE machines" });
  expect(master.heartbeats.get("c1")?.get("m-1")).toEqual({
    seenAtMs: nowMs,
    digest: "",
    instance: "",
  });
});

test("a refused machine leaves no heartbeat", () => {
  const master = context({ blocked: new Map([["m-1", "revoked"]]) });
  expect(codeOf(ask(master))).toBe("machine_revoked");
  expect(codeOf(ask(context({ blocked: new Map([["m-1", "parked"]]) })))).toBe("forbidden");
  expect(codeOf(ask(master, { authorization: undefined }))).toBe("unauthenticated");
  expect(codeOf(ask(master, { authorization: "Bearer x" }))).toBe("unauthenticated");
  expect(codeOf(ask(master, {}, { expiresAtMs: nowMs }))).toBe("token_expired");
  expect(master.heartbeats.size).toBe(0);
});

test("without the cluster's desired state the answer is an error with Retry-After, never an empty document", () => {
  const answer = ask(context(), {}, { clusterId: "c2" });
  expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "5"]);
});

test("checkIn() asks for a full report where one was lost", () => {
  const master = context({ wantFullReport: new Set(["m-1"]) });
  expect(ask(master).headers[header.reportWanted]).toBe("full");
  expect(ask(context()).headers[header.reportWanted]).toBeUndefined();
});

test("checkIn() tells a machine that has not applied a recent change to come back soon", () => {
  const memory = context().desired.get("c1")!;
  const master = context({ desired: new Map([["c1", { ...memory, changedAtMs: nowMs - 1_000 }]]) });
  const { etag } = ask(master).headers as { etag: string };
  expect(ask(master).headers[header.nextPollSeconds]).toBe("5");
  expect(ask(master, { appliedEtag: etag }).headers[header.nextPollSeconds]).toBe("60");
  const bare = etag.slice(1, -1);
  expect(ask(master, { appliedEtag: bare }).headers[header.nextPollSeconds]).toBe("60");
});

test("checkIn() lets nothing change while it is not known what is forbidden", () => {
  const unknown = context({ changeControl: createChangeControl() });
  const old = { ...context().changeControl, policyAtMs: nowMs - 31_000 };
  for (const master of [unknown, context({ changeControl: old })]) {
    const first = ask(master);
    expect(first.headers[header.change]).toBe("blocked; unavailable; store=mysql");
    const applied = ask(master, { appliedEtag: first.headers.etag });
    expect(applied.headers[header.change]).toBeUndefined();
  }
  expect(ask(context()).headers[header.change]).toBeUndefined();
});

const news = {
  ...{ text: "{signed}", sequence: 5, documentSequence: 5, compositionSha256: "c" },
  ...{ issuedAtMs: nowMs, expiresAtMs: nowMs + 1, keyId: "k" },
};
const signing = { standing: "signs", rootVersion: 3, news } as const;

test("checkIn() carries the signed news on each answer, and newer ones as soon as they are there", () => {
  const memory = context().desired.get("c1")!;
  const newsHeaders = [header.freshness, "{signed}", header.root, "3"];
  const master = context({ desired: new Map([["c1", { ...memory, signing, newsHeaders }]]) });
  const first = ask(master);
  const again = ask(master, { ifNoneMatch: first.headers.etag, appliedEtag: first.headers.etag });
  expect([first.status, again.status]).toEqual([200, 304]);
  for (const { headers } of [first, again])
    expect([headers[header.freshness], headers[header.root]]).toEqual(["{signed}", "3"]);
  const newer = [header.freshness, "{newer}", header.root, "4"];
  master.desired.set("c1", { ...memory, signing, newsHeaders: newer });
  expect(ask(master).headers[header.freshness]).toBe("{newer}");
  expect(ask(context()).headers[header.freshness]).toBeUndefined();
});

test("a master that signs says nothing before it has signed", () => {
  const memory = context().desired.get("c1")!;
  const waiting = { ...memory, signing: { ...signing, news: null } };
  const answer = ask(context({ desired: new Map([["c1", waiting]]) }));
  expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "5"]);
});
