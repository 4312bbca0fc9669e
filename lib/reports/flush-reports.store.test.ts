import { asc, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/mysql2";
import { expect, test } from "vitest";
import { machineAgentStates } from "../../drizzle/schema/machine-agent-states.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import type { AgentState } from "../contract/agent-state.ts";
import { redisKeys } from "../desired-state/redis-layout.ts";
import { countTrust } from "../machines/count-trust.ts";
import { openRedis } from "../platform/redis.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createMachine, machineFacts } from "../testing/create-machine.ts";
import { agentState, reportRequest } from "../testing/sample-machine.ts";
import { createTestServices } from "../testing/test-services.ts";
import { acceptReport } from "./accept-report.ts";
import { flushReports } from "./flush-reports.ts";
import { reportField } from "./report-entry.ts";

async function openReports() {
  let nowMs = 1_700_000_000_000;
  const services = await createTestServices({ now: () => nowMs });
  const { id: clusterId } = await createCluster(services);
  const addMachine = async (id?: string) => {
    const row = await createMachine(services, clusterId, {
      ...(id ? { id } : {}),
      lastSeenAtMs: 0,
    });
    return { machineId: row.id, clusterId, type: row.type, slot: row.slot };
  };
  return {
    services,
    clusterId,
    addMachine,
    flush: () => flushReports(services, clusterId, "me"),
    states: () =>
      services.db
        .select()
        .from(machineAgentStates)
        .orderBy(asc(machineAgentStates.machineId), asc(machineAgentStates.agentName)),
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

const log = (overrides: Partial<AgentState> = {}) =>
  agentState({ name: "log-agent", ...overrides });
const monitor = agentState({ name: "monitor-agent" });

test("flushReports() stores what machines reported, and empties the stream", async () => {
  const { services, clusterId, addMachine, flush, states } = await openReports();
  const machine = await addMachine();
  const failure = { reason: "exited_early", message: "code 1", version: "2.0.0" } as const;
  const facts = machineFacts({ hostname: "renamed", ifritAgentVersion: "0.2.0" });
  const report = reportRequest(7, [log({ phase: "failed", failure })], {
    ...{ facts, ifritAgentVersion: "0.2.0" },
  });
  await acceptReport(services, machine, report);
  expect(await flush()).toBe(1);
  expect(await states()).toMatchObject([
    { machineId: machine.machineId, phase: "failed", failure, slot: machine.slot, clusterId },
  ]);
  const [row] = await services.db.select().from(machines);
  expect(row).toMatchObject({
    ...{ hostname: "renamed", ifritAgentVersion: "0.2.0", reportSequence: 7 },
    ...{ stateDigest: report.stateDigest, lastSeenAtMs: services.now() },
  });
  expect(await services.redis.xlen(redisKeys.reports(clusterId))).toBe(0);
  expect(await flush()).toBe(0);
});

test("what a machine believes and refuses is stored with its newest report, and can be counted", async () => {
  const { services, clusterId, addMachine, flush } = await openReports();
  const machine = await addMachine();
  const stored = async () =>
    (await services.db.select().from(machines).where(eq(machines.id, machine.machineId)))[0];
  const problem = { refusal: "freeze", what: "freshness", message: "it is old" } as const;
  const trust = {
    ...{ rootVersion: 3, rootFingerprint: "a".repeat(64), rootExpiresAtMs: 9 },
    ...{ freshnessSequence: 77, problem },
  };
  await acceptReport(services, machine, reportRequest(1, [log()], { trust }));
  await flush();
  expect(await stored()).toMatchObject({
    ...{ trust, trustRootVersion: 3, trustProblem: "freshness freeze", trustSequence: 77 },
  });
  expect((await countTrust(services.db, clusterId)).refusing).toMatchObject([{ machines: 1 }]);
  await acceptReport(services, machine, reportRequest(2, [log()]));
  await flush();
  expect(await stored()).toMatchObject({ trust: null, trustRootVersion: 0, trustProblem: "" });
});

test("a full report removes agents that it does not list; a changed one removes those it names", async () => {
  const { services, addMachine, flush, states } = await openReports();
  const machine = await addMachine();
  const other = await addMachine();
  await acceptReport(services, machine, reportRequest(1, [log(), monitor]));
  await acceptReport(services, other, reportRequest(1, [log(), monitor]));
  await flush();
  await acceptReport(services, machine, reportRequest(2, [monitor]));
  await acceptReport(
    services,
    other,
    reportRequest(2, [], { kind: "changed", removed: ["monitor-agent"] }),
  );
  await flush();
  const left = (await states()).map((state) => `${state.machineId} ${state.agentName}`);
  expect(left.sort()).toEqual(
    [`${machine.machineId} monitor-agent`, `${other.machineId} log-agent`].sort(),
  );
});

test("doubled and late reports change nothing", async () => {
  const { services, addMachine, flush, states, pass } = await openReports();
  const machine = await addMachine();
  await acceptReport(services, machine, reportRequest(5, [log({ version: "2.0.0" })]));
  await flush();
  const before = await states();
  pass(60_000);
  await acceptReport(services, machine, reportRequest(5, [log({ version: "2.0.0" })]));
  await acceptReport(services, machine, reportRequest(4, [log({ version: "1.0.0" })]));
  await flush();
  expect(await states()).toEqual(before);
});

test("an entry whose acknowledgement was lost comes again without harm", async () => {
  const { services, clusterId, addMachine, flush, states } = await openReports();
  const machine = await addMachine();
  await acceptReport(services, machine, reportRequest(1, [log()]));
  const [entry] = await services.redis.xrange(redisKeys.reports(clusterId), "-", "+");
  await flush();
  const before = await states();
  await services.redis.xadd(redisKeys.reports(clusterId), "*", ...entry![1]);
  await flush();
  expect(await states()).toEqual(before);
});

test("changed_at tells when phase or version last changed, not when it was last reported", async () => {
  const { services, addMachine, flush, states, pass } = await openReports();
  const machine = await addMachine();
  const startedMs = services.now();
  await acceptReport(services, machine, reportRequest(1, [log()]));
  await flush();
  pass(1_000);
  await acceptReport(services, machine, reportRequest(2, [log({ cpuPercent: 9, restarts: 1 })]));
  await flush();
  expect(await states()).toMatchObject([
    { changedAtMs: startedMs, reportedAtMs: startedMs + 1_000, cpuPercent: 9 },
  ]);
  pass(1_000);
  await acceptReport(services, machine, reportRequest(3, [log({ phase: "backoff" })]));
  await flush();
  expect(await states()).toMatchObject([{ changedAtMs: startedMs + 2_000 }]);
});

test("a report that cannot be read or stored is set aside, and holds up no other", async () => {
  const { services, clusterId, addMachine, flush, states } = await openReports();
  const key = redisKeys.reports(clusterId);
  const [one, two, bad] = [await addMachine(), await addMachine(), await addMachine()];
  await acceptReport(services, one, reportRequest(1, [log()]));
  await services.redis.xadd(key, "*", reportField, "not json");
  await services.redis.xadd(key, "*", "other", "field");
  await acceptReport(services, bad, reportRequest(1, [log({ restarts: 10 ** 12 })]));
  await acceptReport(services, { ...one, clusterId }, reportRequest(2, [log(), monitor]));
  await acceptReport(services, two, reportRequest(1, [log()]));
  await flush();
  expect(await services.redis.xlen(key)).toBe(0);
  expect(await services.redis.xlen(redisKeys.poisonReports(clusterId))).toBe(3);
  const stored = (await states()).map((state) => state.machineId);
  expect(stored.sort()).toEqual([one.machineId, one.machineId, two.machineId].sort());
});

test("reports of machines that are unknown or revoked are dropped", async () => {
  const { services, clusterId, addMachine, flush, states } = await openReports();
  const revoked = await addMachine();
  await services.db
    .update(machines)
    .set({ status: "revoked" })
    .where(eq(machines.id, revoked.machineId));
  const unknown = { ...revoked, machineId: "m-unknown" };
  await acceptReport(services, revoked, reportRequest(1, [log()]));
  await acceptReport(services, unknown, reportRequest(1, [log()]));
  await flush();
  expect(await states()).toEqual([]);
  expect(await services.redis.xlen(redisKeys.reports(clusterId))).toBe(0);
});

test("a thousand reports are stored in a few statements", async () => {
  const { services, addMachine, flush, states } = await openReports();
  const all = [];
  for (let index = 0; index < 1_000; index += 1) all.push(await addMachine(`m-${index}`));
  await Promise.all(
    all.map((machine) => acceptReport(services, machine, reportRequest(1, [log(), monitor]))),
  );
  let statements = 0;
  const logQuery = () => {
    statements += 1;
  };
  services.db = drizzle(services.pool, { logger: { logQuery } });
  expect(await flush()).toBe(1_000);
  expect(statements).toBeGreaterThan(5);
  expect(statements).toBeLessThan(100);
  expect(await states()).toHaveLength(2_000);
});

test("a stream key of another kind is dropped, so that reports are taken again", async () => {
  const { services, clusterId, addMachine, flush } = await openReports();
  await services.redis.set(redisKeys.reports(clusterId), "x");
  const machine = await addMachine();
  await expect(acceptReport(services, machine, reportRequest(1, [log()]))).rejects.toMatchObject({
    ...{ code: "unavailable", retryAfterSeconds: 5 },
  });
  await flush();
  await acceptReport(services, machine, reportRequest(1, [log()]));
  expect(await flush()).toBe(1);
});

test("without Redis a report is refused with Retry-After, at once", async () => {
  const { services, addMachine } = await openReports();
  const machine = await addMachine();
  const redis = openRedis("unix:///nowhere/redis.sock");
  redis.on("error", () => undefined);
  const started = performance.now();
  await expect(
    acceptReport({ ...services, redis }, machine, reportRequest(1, [log()])),
  ).rejects.toMatchObject({ code: "unavailable", retryAfterSeconds: 5 });
  expect(performance.now() - started).toBeLessThan(500);
  redis.disconnect();
});

test("a full report settles the wish for one", async () => {
  const { services, clusterId, addMachine } = await openReports();
  const machine = await addMachine();
  await services.redis.sadd(redisKeys.wantFullReport(clusterId), machine.machineId);
  await acceptReport(services, machine, reportRequest(1, [log()], { kind: "changed" }));
  expect(await services.redis.scard(redisKeys.wantFullReport(clusterId))).toBe(1);
  await acceptReport(services, machine, reportRequest(2, [log()]));
  expect(await services.redis.scard(redisKeys.wantFullReport(clusterId))).toBe(0);
});

test("a flush needs one connection at a time: those who wait for its rows may have all the others", async () => {
  const { services, addMachine, flush } = await openReports();
  const machine = await addMachine();
  const running = log({ phase: "running", version: "1.0.0" });
  await acceptReport(services, machine, reportRequest(1, [running]));
  const limit = services.pool.pool.config.connectionLimit ?? 10;
  const others = await Promise.all(
    Array.from({ length: limit - 1 }, () => services.pool.getConnection()),
  );
  expect(await flush()).toBe(1);
  for (const connection of others) connection.release();
});
