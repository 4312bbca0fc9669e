import { eq } from "drizzle-orm";
import { afterEach, expect, test } from "vitest";
import { auditLog } from "../../drizzle/schema/audit-log.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import { releaseClusters } from "../../drizzle/schema/release-clusters.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import { freeze } from "../change-control/freeze.ts";
import { freezeFacts } from "../change-control/freeze-facts.ts";
import { hold } from "../change-control/hold.ts";
import { liftFreeze } from "../change-control/lift-freeze.ts";
import { releaseHold } from "../change-control/release-hold.ts";
import { setChangeRules } from "../change-control/set-change-rules.ts";
import { CreateFreezeRequest } from "../contract/change-control.ts";
import { ChangeRules } from "../contract/change-rules.ts";
import type { ReleaseState } from "../contract/release-state.ts";
import { machineDetail } from "../fleet-status/machine-detail.ts";
import { liftKnownBad } from "../known-bad/lift-known-bad.ts";
import { markKnownBad } from "../known-bad/mark-known-bad.ts";
import { systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { ask, openFleet, refresh, report } from "../testing/asking-fleet.ts";
import { createMachine } from "../testing/create-machine.ts";
import { createReleaseRow } from "../testing/create-release-row.ts";

const ctx = systemContext("test", "test");
const frozen = (overrides: Partial<CreateFreezeRequest> = {}) =>
  CreateFreezeRequest.parse({ reason: "big sale", owner: "li", ...overrides });

const restores: (() => void)[] = [];
afterEach(() => {
  for (const restore of restores.splice(0)) restore();
});

async function setRelease(services: Services, state: ReleaseState): Promise<void> {
  await services.db.update(releases).set({ state });
}

test("two masters share a cap of 10: of 200 machines that ask at once, never more than 10 are changing", async () => {
  const { services, clusterId, ids, masters } = await openFleet(200);
  await setChangeRules(services, ctx, clusterId, ChangeRules.parse({ changingMax: 10 }));
  await refresh(...masters);
  const { etag } = await ask(masters[0], ids[0]!, {});
  const waiting = new Set(ids);
  const changing = new Set<string>();
  let most = 0;
  for (let round = 0; waiting.size + changing.size > 0; round += 1) {
    expect(round).toBeLessThan(60);
    const asking = [...waiting, ...changing];
    const answers = await Promise.all(
      asking.map((id, index) => ask(masters[(index + round) % 2]!, id)),
    );
    const allowed = asking.filter((_, index) => answers[index]!.mayChange);
    // Who has a place keeps it, however many others ask.
    for (const id of changing) expect(allowed).toContain(id);
    for (const id of allowed) if (waiting.delete(id)) changing.add(id);
    most = Math.max(most, changing.size);
    expect(changing.size).toBeLessThanOrEqual(10);
    await refresh(...masters);
    for (const id of [...changing].slice(0, 7)) {
      await report(services, clusterId, id);
      await ask(masters[round % 2]!, id, { appliedEtag: etag });
      changing.delete(id);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(most).toBe(10);
}, 60_000);

test("fault 55: a freeze with 100 machines in flight: nobody begins any more, and ETag and document stay", async () => {
  const { services, clusterId, ids, masters } = await openFleet(100);
  const before = await Promise.all(ids.map((id) => ask(masters[0], id)));
  expect(before.every((answer) => answer.mayChange)).toBe(true);
  await freeze(services, ctx, frozen({ clusterId }));
  await refresh(...masters);
  const switching = await Promise.all(
    ids.map((id, index) => ask(masters[index % 2]!, id, { switching: "log-agent" })),
  );
  expect(switching.filter((answer) => answer.mayChange)).toEqual([]);
  expect(switching[0]!.change).toBe(
    `blocked; freeze; owner=li; reason=big%20sale; scope=${clusterId}`,
  );
  expect(new Set([...before, ...switching].map(({ etag }) => etag)).size).toBe(1);
  // Who is where it should be is told nothing.
  expect((await ask(masters[0], ids[0]!, { appliedEtag: before[0]!.etag })).change).toBeNull();
});

test.each(["paused", "aborted", "rolledBack"] as const)(
  "a release that is %s stops its own agent only, though the document names it",
  async (state) => {
    const { services, clusterId, ids, masters, releaseIds } = await openFleet(2, [
      ...["log-agent", "dns-agent"],
    ]);
    const [one, done] = ids as [string, string];
    await services.db.update(releases).set({ state: "completed" });
    const stopped = eq(releases.id, releaseIds["log-agent"]!);
    await services.db.update(releases).set({ state }).where(stopped);
    await refresh(...masters);
    const code = state === "paused" ? "releasePaused" : "releaseAborted";
    const why = `${code}; releaseId=${releaseIds["log-agent"]}`;
    expect(await ask(masters[0], one)).toMatchObject({ change: null, agents: `log-agent; ${why}` });
    // With the other agent in place nothing is left that may change.
    await report(services, clusterId, one, { name: "dns-agent" });
    expect(await ask(masters[1], one)).toMatchObject({ change: `blocked; ${why}`, agents: null });
    // What has changed already stays as it is and is told nothing.
    for (const name of ["dns-agent", "log-agent"])
      await report(services, clusterId, done, { name });
    expect(await ask(masters[1], done)).toMatchObject({ change: null, agents: null });
    await services.db.update(releases).set({ state: "running" });
    await refresh(...masters);
    expect(await ask(masters[0], one)).toMatchObject({ change: null, agents: null });
  },
);

test("a rollback is not held up by a freeze that allows it, nor by the cap for changes", async () => {
  const { services, clusterId, ids, masters } = await openFleet(2);
  const [back, forth] = ids as [string, string];
  const bad = { clusterId, agentName: "log-agent", version: "2.0.0" };
  const { id } = await createReleaseRow(services, bad, { state: "rolledBack" });
  await services.db.insert(releaseClusters).values({
    ...{ releaseId: id, clusterId, position: 0, state: "rolledBack", stageOpenedAtMs: [] },
  });
  await report(services, clusterId, back, { version: "2.0.0" });
  await report(services, clusterId, forth, { version: "0.9.0" });
  const { id: freezeId } = await freeze(services, ctx, frozen());
  await refresh(...masters);
  expect((await ask(masters[0], back)).mayChange).toBe(true);
  expect((await ask(masters[0], forth)).mayChange).toBe(false);
  await liftFreeze(services, ctx, freezeId);
  await freeze(services, ctx, frozen({ allowsRollBack: false }));
  await refresh(...masters);
  expect((await ask(masters[1], back)).mayChange).toBe(false);
});

test("nobody is changed to a version that is known to be bad, not even as a fall-back; who runs it goes on", async () => {
  const { services, clusterId, ids, masters } = await openFleet(3);
  const [runsIt, older, fallsBack] = ids as [string, string, string];
  const rolledBack = { clusterId, agentName: "log-agent", version: "2.0.0" };
  const { id } = await createReleaseRow(services, rolledBack, { state: "rolledBack" });
  await services.db.insert(releaseClusters).values({
    ...{ releaseId: id, clusterId, position: 0, state: "rolledBack", stageOpenedAtMs: [] },
  });
  await report(services, clusterId, runsIt, { version: "1.0.0" });
  await report(services, clusterId, older, { version: "0.9.0" });
  await report(services, clusterId, fallsBack, { version: "2.0.0" });
  const bad = { agentName: "log-agent", version: "1.0.0", sha256: null, clusterId: null };
  const marked = await markKnownBad(services, ctx, { ...bad, reason: "eats memory" });
  await refresh(...masters);
  const { etag } = await ask(masters[0], runsIt);
  expect((await ask(masters[0], runsIt, { appliedEtag: etag })).change).toBeNull();
  expect((await ask(masters[0], runsIt)).change).toBeNull();
  for (const machineId of [older, fallsBack, (await createMachine(services, clusterId)).id])
    expect((await ask(masters[1], machineId)).change).toMatch(
      /^blocked; knownBad; badVersion=1.0.0; by=test; reason=eats%20memory/,
    );
  // Right before it switches it asks again.
  expect((await ask(masters[0], older, { switching: "log-agent" })).mayChange).toBe(false);
  await refresh(...masters);
  const detail = await machineDetail(services, fallsBack);
  expect(detail.agents[0]?.why).toMatchObject({
    ...{ code: "blocked", values: { because: "knownBad", badVersion: "1.0.0" } },
  });
  await liftKnownBad(services, ctx, marked.id, "");
  await refresh(...masters);
  expect((await ask(masters[0], older)).mayChange).toBe(true);
  expect((await ask(masters[0], fallsBack)).mayChange).toBe(true);
});

test("a hold ends by itself, or when it is released; by machine, label and agent", async () => {
  const { services, clock, clusterId, masters } = await openFleet(0);
  const facts = (labels: Record<string, string>) => ({
    ...{ hostname: "h", type: "LINUX" as const, platform: "linux-x64" as const, kernel: "6" },
    ...{ addresses: [], labels, bootId: "", ifritAgentVersion: "0.1.0" },
  });
  const search = await createMachine(services, clusterId, { facts: facts({ team: "search" }) });
  const other = await createMachine(services, clusterId);
  const untilMs = clock.nowMs + 60_000;
  const order = { owner: "vera", reason: "benchmark", untilMs, agentName: null };
  await hold(services, ctx, { ...order, target: { labels: { team: "search" } } });
  const { id } = await hold(services, ctx, { ...order, target: { machineId: other.id } });
  await refresh(...masters);
  expect((await ask(masters[0], search.id)).change).toMatch(
    /^blocked; hold; holdId=1; owner=vera;/,
  );
  expect((await ask(masters[1], other.id)).mayChange).toBe(false);
  await releaseHold(services, ctx, id);
  await refresh(...masters);
  expect((await ask(masters[1], other.id)).mayChange).toBe(true);
  // Also between two readings of the policy.
  clock.nowMs = untilMs - 1;
  await refresh(...masters);
  expect((await ask(masters[0], search.id)).mayChange).toBe(false);
  clock.nowMs = untilMs;
  expect((await ask(masters[0], search.id)).mayChange).toBe(true);
  const past = hold(services, ctx, { ...order, target: { machineId: other.id } });
  await expect(past).rejects.toMatchObject({ code: "invalid_request" });
});

test("outside its windows a cluster does not change; the answer says when it may", async () => {
  const { services, clock, clusterId, ids, masters } = await openFleet(1);
  const windows = [{ days: [7], from: "01:00", to: "04:00", timeZone: "Europe/Berlin" }];
  await setChangeRules(services, ctx, clusterId, ChangeRules.parse({ windows }));
  // 2026-10-25: at 03:00 summer time the clocks go back to 02:00. The window is four hours long.
  const at = async (time: string) => {
    clock.nowMs = Date.parse(time);
    await refresh(...masters);
    return (await ask(masters[0], ids[0]!)).change;
  };
  expect(await at("2026-10-24T22:59:59Z")).toBe(
    `blocked; window; opensAtMs=${Date.parse("2026-10-24T23:00:00Z")}`,
  );
  expect(await at("2026-10-24T23:00:00Z")).toBeNull();
  expect(await at("2026-10-25T02:59:59Z")).toBeNull();
  expect(await at("2026-10-25T03:00:00Z")).toMatch(/^blocked; window/);
});

const removal = { agentName: "log-agent", version: null };

test("a release is told of freezes and closed windows, and when they ended", async () => {
  const { services, clock, clusterId } = await openFleet(0);
  expect(await freezeFacts(services, clusterId, removal)).toEqual({
    frozen: null,
    freezeEndedAtMs: null,
  });
  const untilMs = clock.nowMs + 5_000;
  await freeze(services, ctx, frozen({ untilMs }));
  const { frozen: standing } = await freezeFacts(services, clusterId, removal);
  expect(standing).toEqual({ code: "freeze", values: { owner: "li", why: "big sale", untilMs } });
  clock.nowMs = untilMs;
  const ended = { frozen: null, freezeEndedAtMs: untilMs };
  expect(await freezeFacts(services, clusterId, removal)).toEqual(ended);
  clock.nowMs = Date.parse("2030-06-05T12:00:00Z");
  const windows = [{ days: [3], from: "13:00", to: "14:00", timeZone: "UTC" }];
  await setChangeRules(services, ctx, clusterId, ChangeRules.parse({ windows }));
  expect(await freezeFacts(services, clusterId, removal)).toEqual({
    frozen: { code: "window", values: { opensAtMs: clock.nowMs + 3_600_000 } },
    freezeEndedAtMs: Date.parse("2030-05-29T13:00:00Z"),
  });
});

test("a freeze that was ordered here is not lifted by an order from elsewhere; all of it is audited", async () => {
  const { services, clusterId, masters, ids } = await openFleet(1);
  const local = await freeze(services, ctx, frozen({ clusterId }));
  const remote = await freeze(services, ctx, frozen({ clusterId }), "remote");
  await liftFreeze(services, ctx, remote.id, "remote");
  await expect(liftFreeze(services, ctx, local.id, "remote")).rejects.toMatchObject({
    code: "conflict",
  });
  await refresh(...masters);
  expect((await ask(masters[0], ids[0]!)).mayChange).toBe(false);
  await liftFreeze(services, ctx, local.id);
  await refresh(...masters);
  expect((await ask(masters[0], ids[0]!)).mayChange).toBe(true);
  const actions = (await services.db.select().from(auditLog)).map((row) => row.action);
  expect(actions).toEqual(["freeze.ordered", "freeze.ordered", "freeze.lifted", "freeze.lifted"]);
  const viewer = { kind: "user", name: "v", userId: 1, role: "viewer" } as const;
  const order = freeze(services, { ...ctx, actor: viewer }, frozen());
  await expect(order).rejects.toMatchObject({ code: "forbidden" });
});

test("without Redis nothing that has to be counted begins; with its memory lost the cap holds anew", async () => {
  const { services, clusterId, ids, masters } = await openFleet(3);
  await setChangeRules(services, ctx, clusterId, ChangeRules.parse({ changingMax: 1 }));
  await refresh(...masters);
  const { eval: real } = services.redis;
  const away = async () => Promise.reject(new Error("Connection is closed."));
  services.redis.eval = away as unknown as typeof real;
  restores.push(() => {
    services.redis.eval = real;
  });
  expect((await ask(masters[0], ids[0]!)).change).toBe("blocked; unavailable; store=redis");
  services.redis.eval = real;
  expect((await ask(masters[0], ids[0]!)).mayChange).toBe(true);
  expect((await ask(masters[1], ids[1]!)).change).toBe("blocked; cap; changing=1; changingMax=1");
  await services.redis.flushdb();
  const after = await Promise.all(ids.map((id, index) => ask(masters[index % 2]!, id)));
  expect(after.filter((answer) => answer.mayChange).length).toBe(1);
});

test("a machine on which the version failed holds no place, until it says that it switches", async () => {
  const { services, clusterId, ids, masters } = await openFleet(2);
  await setChangeRules(services, ctx, clusterId, ChangeRules.parse({ changingMax: 1 }));
  await refresh(...masters);
  const [bad, next] = ids as [string, string];
  expect((await ask(masters[0], bad)).mayChange).toBe(true);
  expect((await ask(masters[0], next)).mayChange).toBe(false);
  const failure = { reason: "exited_early", message: "exit 1", version: "1.0.0" } as const;
  await report(services, clusterId, bad, { phase: "failed", version: "0.9.0", failure });
  await ask(masters[0], bad);
  expect((await ask(masters[1], next)).mayChange).toBe(true);
  expect((await ask(masters[1], bad, { switching: "log-agent" })).mayChange).toBe(false);
});

test("between two changes of a machine there is time, and ifrit-agent changes alone", async () => {
  const { services, clusterId, ids, masters } = await openFleet(1, ["ifrit-agent", "log-agent"]);
  const [id] = ids as [string];
  const first = await ask(masters[0], id);
  expect(first).toMatchObject({ change: null, agents: "log-agent; ifritAgentUpgrade" });
  await services.db.update(machines).set({ ifritAgentVersion: "1.0.0" });
  await setChangeRules(services, ctx, clusterId, ChangeRules.parse({ secondsBetweenChanges: 60 }));
  await refresh(...masters);
  expect((await ask(masters[0], id)).mayChange).toBe(true);
  await report(services, clusterId, id);
  expect((await ask(masters[1], id)).mayChange).toBe(true);
  await report(services, clusterId, id, { version: "0.9.0" });
  expect((await ask(masters[0], id)).change).toMatch(/^blocked; tooSoon; untilMs=\d+$/);
});

test("people can read why a machine does not change, agent by agent", async () => {
  const { services, clusterId, ids, masters, releaseIds } = await openFleet(1);
  const [id] = ids as [string];
  await setRelease(services, "paused");
  await refresh(...masters);
  await ask(masters[0], id);
  await refresh(...masters);
  const releaseId = releaseIds["log-agent"]!;
  const refused = await machineDetail(services, id);
  expect(refused.lastRefusal?.machine).toEqual({ code: "releasePaused", values: { releaseId } });
  expect(refused.agents[0]?.why).toMatchObject({
    ...{ code: "blocked", values: { because: "releasePaused", releaseId, wanted: "1.0.0" } },
  });
  await setRelease(services, "running");
  await refresh(...masters);
  await ask(masters[0], id);
  await refresh(...masters);
  const free = await machineDetail(services, id);
  expect(free.lastRefusal).toBeUndefined();
  expect(free.agents[0]?.why?.code).toBe("willChange");
  await report(services, clusterId, id);
  expect((await machineDetail(services, id)).agents[0]?.why?.code).toBe("runsAsOrdered");
});
