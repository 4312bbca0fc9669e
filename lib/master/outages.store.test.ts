import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { migrateDatabase } from "../../drizzle/migrate.ts";
import { bumpDesiredRevision } from "../clusters/bump-desired-revision.ts";
import { wakeRebuild } from "../clusters/wake-rebuild.ts";
import type { Services } from "../platform/services.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createDesiredEntry } from "../testing/create-desired-entry.ts";
import { createMachine } from "../testing/create-machine.ts";
import { checkReadiness, isReady } from "./health.ts";
import { closeOwnStores, machineOf, openMaster, openOwnStores } from "./testing/own-stores.ts";

/* Real servers that are stopped, killed and started while a master works on them. */

afterEach(closeOwnStores);

async function publish(services: Services, clusterId: string, agentName: string) {
  await createDesiredEntry(services, { clusterId, releaseId: 1, agentName, version: "1.0.0" });
  await services.db.transaction((tx) => bumpDesiredRevision(tx, clusterId));
  await wakeRebuild(services, clusterId);
}

async function until<T>(read: () => Promise<T>, wanted: T, msMax = 15_000): Promise<number> {
  const started = performance.now();
  for (;;) {
    const now = await read();
    if (JSON.stringify(now) === JSON.stringify(wanted)) return performance.now() - started;
    if (performance.now() - started > msMax) expect(now).toEqual(wanted);
    await delay(50);
  }
}

test("fault 35: Redis is killed: machines are served, changes still reach them, reports wait; then all is written", {
  timeout: 90_000,
}, async () => {
  const { running, open, restartRedis } = await openOwnStores();
  const services = open();
  await migrateDatabase(services.pool);
  const { id } = await createCluster(services);
  const { id: machineId } = await createMachine(services, id);
  const master = await openMaster(services);
  const machine = machineOf(master, id, machineId);
  await publish(services, id, "one");
  await until(machine.desired, { status: 200, names: "one" });

  process.kill(running.redis.daemon.identity.pid, "SIGKILL");
  await running.redis.daemon.exited;
  expect((await machine.desired()).status).toBe(200);
  await publish(services, id, "two");
  await until(machine.desired, { status: 200, names: "one two" });
  const refused = await machine.report(1);
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "5"]);
  expect(isReady(await checkReadiness(services, master))).toBe(true);

  await restartRedis();
  await until(async () => (await machine.report(1)).status, 202);
  await until(
    async () => Boolean(await services.redis.get(`ifrit:{${id}}:pointer`).catch(() => null)),
    true,
  );
  const follower = await openMaster(open());
  expect((await machineOf(follower, id, machineId).desired()).names).toBe("one two");
});

test("fault 36: Redis hangs: no check-in waits for it, and a report is refused within its time limit", {
  timeout: 90_000,
}, async () => {
  const { running, open } = await openOwnStores();
  const services = open();
  await migrateDatabase(services.pool);
  const { id } = await createCluster(services);
  const { id: machineId } = await createMachine(services, id);
  const machine = machineOf(await openMaster(services), id, machineId);
  process.kill(running.redis.daemon.identity.pid, "SIGSTOP");
  try {
    const started = performance.now();
    for (let count = 0; count < 100; count += 1) expect((await machine.desired()).status).toBe(200);
    expect(performance.now() - started).toBeLessThan(2_000);
    const asked = performance.now();
    expect((await machine.report(1)).status).toBe(503);
    expect(performance.now() - asked).toBeLessThan(3_500);
  } finally {
    process.kill(running.redis.daemon.identity.pid, "SIGCONT");
  }
  await until(async () => (await machine.report(1)).status, 202);
});

test("fault 43: MySQL is killed: machines are served and their reports kept, nothing new begins; a master can even start", {
  timeout: 90_000,
}, async () => {
  const { running, open, restartMariaDb } = await openOwnStores();
  const services = open();
  await migrateDatabase(services.pool);
  const { id } = await createCluster(services);
  const { id: machineId } = await createMachine(services, id);
  await createMachine(services, id, { id: "m-revoked", status: "revoked" });
  const master = await openMaster(services);
  const machine = machineOf(master, id, machineId);
  await publish(services, id, "one");
  await until(machine.desired, { status: 200, names: "one" });

  process.kill(running.mariaDb.daemon.identity.pid, "SIGKILL");
  await running.mariaDb.daemon.exited;
  expect(await machine.desired()).toEqual({ status: 200, names: "one" });
  // Half a minute later nobody can say any more whether there is a freeze: nothing new begins.
  const { now } = master;
  expect(await machine.blocked()).toBeNull();
  master.now = () => now() + 31_000;
  expect(await machine.blocked()).toBe("blocked; unavailable; store=mysql");
  expect((await machine.report(1)).status).toBe(202);
  master.now = now;
  expect(isReady(await checkReadiness(services, master))).toBe(true);
  const started = await openMaster(open());
  expect(await machineOf(started, id, machineId).desired()).toEqual({ status: 200, names: "one" });
  expect((await machineOf(started, id, "m-revoked").desired()).status).toBe(403);

  await restartMariaDb();
  await publish(services, id, "two");
  await until(machine.desired, { status: 200, names: "one two" });
  await until(async () => {
    const [rows] = await services.pool.query(
      "SELECT report_sequence AS s FROM machines WHERE id = ?",
      [machineId],
    );
    return (rows as { s: number }[])[0]!.s;
  }, 1);
});

test("two masters: a change published through one is served by both within two seconds", {
  timeout: 60_000,
}, async () => {
  const { open } = await openOwnStores();
  const services = open();
  await migrateDatabase(services.pool);
  const { id } = await createCluster(services);
  const masters = [await openMaster(services), await openMaster(open())];
  const machines = masters.map((master) => machineOf(master, id, "m-1"));
  for (const names of ["a", "a b", "a b c"]) {
    await publish(services, id, names.at(-1)!);
    for (const machine of machines)
      expect(await until(machine.desired, { status: 200, names })).toBeLessThan(2_000);
  }
});
