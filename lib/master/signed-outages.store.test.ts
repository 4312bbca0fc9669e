import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { migrateDatabase } from "../../drizzle/migrate.ts";
import { bumpDesiredRevision } from "../clusters/bump-desired-revision.ts";
import { wakeRebuild } from "../clusters/wake-rebuild.ts";
import { header } from "../contract/headers.ts";
import { redisKeys } from "../desired-state/redis-layout.ts";
import type { Services } from "../platform/services.ts";
import { serveDevelopmentTrust } from "../signing/serve-development-trust.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createDesiredEntry } from "../testing/create-desired-entry.ts";
import { createMachine } from "../testing/create-machine.ts";
import type { Master } from "./master.ts";
import { closeOwnStores, machineOf, openMaster, openOwnStores } from "./testing/own-stores.ts";

/* Real stores under masters that sign. */

afterEach(closeOwnStores);

async function openSigning() {
  const { running, open } = await openOwnStores();
  const services = open();
  await serveDevelopmentTrust(services.env, Date.now());
  await migrateDatabase(services.pool);
  const { id } = await createCluster(services);
  const { id: machineId } = await createMachine(services, id);
  return { running, open, services, id, machineId };
}

async function publish(services: Services, clusterId: string, agentName: string) {
  await createDesiredEntry(services, { clusterId, releaseId: 1, agentName, version: "1.0.0" });
  await services.db.transaction((tx) => bumpDesiredRevision(tx, clusterId));
  await wakeRebuild(services, clusterId);
}

async function until<T>(read: () => Promise<T>, wanted: T): Promise<void> {
  const started = performance.now();
  for (;;) {
    const now = await read();
    if (JSON.stringify(now) === JSON.stringify(wanted)) return;
    if (performance.now() - started > 15_000) expect(now).toEqual(wanted);
    await delay(50);
  }
}

const sequenceOf = (master: Master, id: string) => master.desired.get(id)!.signing.news!.sequence;

test("fault 39: Redis is read-only: changes are signed and reach machines all the same, and Redis later", {
  timeout: 90_000,
}, async () => {
  const { services, id, machineId } = await openSigning();
  const master = await openMaster(services);
  const machine = machineOf(master, id, machineId);
  await publish(services, id, "one");
  await until(machine.desired, { status: 200, names: "one" });
  const before = sequenceOf(master, id);
  // A replica whose primary cannot be reached answers, and refuses writes.
  await services.redis.replicaof("127.0.0.1", 1);
  await publish(services, id, "two");
  await until(machine.desired, { status: 200, names: "one two" });
  expect(sequenceOf(master, id)).toBeGreaterThan(before);
  expect(master.desired.get(id)!.newsHeaders[0]).toBe(header.freshness);
  await services.redis.replicaof("NO", "ONE");
  const pointer = async () => JSON.parse((await services.redis.get(redisKeys.pointer(id)))!);
  await until(async () => (await pointer()).digest, master.desired.get(id)!.composition.digest);
});

test("fault 39: a master that starts beside a Redis from an old snapshot serves what MySQL has", {
  timeout: 90_000,
}, async () => {
  const { services, open, id, machineId } = await openSigning();
  const master = await openMaster(services);
  await publish(services, id, "one");
  await until(machineOf(master, id, machineId).desired, { status: 200, names: "one" });
  const keys = await services.redis.keys(`ifrit:{${id}}:*`);
  const snapshot = new Map<string, Buffer>();
  for (const key of keys)
    if ((await services.redis.type(key)) === "string")
      snapshot.set(key, (await services.redis.getBuffer(key))!);
  await publish(services, id, "two");
  await until(machineOf(master, id, machineId).desired, { status: 200, names: "one two" });
  const newest = sequenceOf(master, id);
  for (const [key, value] of snapshot) await services.redis.set(key, value);
  const late = await openMaster(open());
  await until(machineOf(late, id, machineId).desired, { status: 200, names: "one two" });
  expect(sequenceOf(late, id)).toBeGreaterThanOrEqual(newest);
});
