import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { machines } from "../../drizzle/schema/machines.ts";
import { redisKeys } from "../desired-state/redis-layout.ts";
import { noteHeartbeat } from "../machines/heartbeats.ts";
import { openRedis } from "../platform/redis.ts";
import { acceptReport } from "../reports/accept-report.ts";
import { readWantedFullReports } from "../reports/want-full-reports.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createMachine } from "../testing/create-machine.ts";
import { agentState, reportRequest } from "../testing/sample-machine.ts";
import { createTestServices } from "../testing/test-services.ts";
import { flushCluster } from "./flush-cluster.ts";
import { createMaster } from "./master.ts";

const windowMs = 2_000;

async function openMaster() {
  let nowMs = 1_700_000_000_000;
  const services = await createTestServices({ now: () => nowMs });
  const { id: clusterId } = await createCluster(services);
  const row = await createMachine(services, clusterId, { lastSeenAtMs: 1 });
  const machine = { machineId: row.id, clusterId, type: row.type, slot: row.slot };
  const master = createMaster(services);
  return {
    ...{ services, clusterId, machine, master },
    beat: (digest = "") => noteHeartbeat(master.heartbeats, machine, nowMs, digest),
    lastSeen: async () => (await services.db.select().from(machines))[0]!.lastSeenAtMs,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

test("a heartbeat reaches MySQL by way of Redis, to within two seconds", async () => {
  const { services, clusterId, master, beat, lastSeen } = await openMaster();
  beat();
  await flushCluster(master, clusterId);
  expect(Math.abs((await lastSeen()) - services.now())).toBeLessThanOrEqual(windowMs);
  expect(master.heartbeats.size).toBe(0);
  expect(await services.redis.keys("*heartbeats*")).toEqual([]);
});

test("what a killed flush has taken is stored by the next one, and never sets a machine back", async () => {
  const { services, clusterId, machine, master, beat, lastSeen, pass } = await openMaster();
  const taken = redisKeys.heartbeatsTaken(clusterId);
  await services.redis.hset(taken, machine.machineId, `${services.now()} `);
  await flushCluster(master, clusterId);
  expect(Math.abs((await lastSeen()) - services.now())).toBeLessThanOrEqual(windowMs);
  pass(60_000);
  beat();
  await flushCluster(master, clusterId);
  const newest = await lastSeen();
  await services.redis.hset(taken, machine.machineId, "5000 ");
  await flushCluster(master, clusterId);
  expect(await lastSeen()).toBe(newest);
});

test("without Redis heartbeats go straight to MySQL, so that machines do not look lost", async () => {
  const { services, clusterId, master, beat, lastSeen } = await openMaster();
  const redis = openRedis("unix:///nowhere/redis.sock");
  redis.on("error", () => undefined);
  beat();
  await flushCluster({ ...master, services: { ...services, redis } }, clusterId);
  redis.disconnect();
  expect(Math.abs((await lastSeen()) - services.now())).toBeLessThanOrEqual(windowMs);
});

test("values of another kind or meaning in Redis cost nothing but themselves", async () => {
  const { services, clusterId, machine, master, lastSeen } = await openMaster();
  await services.redis.set(redisKeys.heartbeatsTaken(clusterId), "x");
  await flushCluster(master, clusterId);
  await services.redis.hset(redisKeys.heartbeats(clusterId), machine.machineId, "nonsense");
  await flushCluster(master, clusterId);
  expect(await lastSeen()).toBe(1);
});

test("a machine whose report was lost is asked for a full one until it has sent it", async () => {
  const { services, clusterId, machine, master, beat, pass } = await openMaster();
  const report = reportRequest(1, [agentState()]);
  const wanted = () => readWantedFullReports(services, [clusterId]);
  beat(report.stateDigest);
  await flushCluster(master, clusterId);
  expect(await wanted()).toEqual(new Set());
  pass(60_000);
  beat(report.stateDigest);
  await flushCluster(master, clusterId);
  expect(await wanted()).toEqual(new Set([machine.machineId]));
  await acceptReport(services, machine, report);
  expect(await wanted()).toEqual(new Set());
  beat(report.stateDigest);
  await flushCluster(master, clusterId);
  pass(60_000);
  beat(report.stateDigest);
  await flushCluster(master, clusterId);
  expect(await wanted()).toEqual(new Set());
});

test("a machine that reports right after it changed is not asked", async () => {
  const { services, clusterId, machine, master, beat, pass } = await openMaster();
  const report = reportRequest(1, [agentState()]);
  beat(report.stateDigest);
  await acceptReport(services, machine, report);
  await flushCluster(master, clusterId);
  pass(60_000);
  beat(report.stateDigest);
  await flushCluster(master, clusterId);
  expect((await readWantedFullReports(services, [clusterId])).size).toBe(0);
  const [row] = await services.db.select().from(machines).where(eq(machines.id, machine.machineId));
  expect(row!.stateDigest).toBe(report.stateDigest);
});
