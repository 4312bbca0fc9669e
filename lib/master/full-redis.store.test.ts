import { afterEach, expect, test } from "vitest";
import { migrateDatabase } from "../../drizzle/migrate.ts";
import { bumpDesiredRevision } from "../clusters/bump-desired-revision.ts";
import { wakeRebuild } from "../clusters/wake-rebuild.ts";
import type { Services } from "../platform/services.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createDesiredEntry } from "../testing/create-desired-entry.ts";
import { createMachine } from "../testing/create-machine.ts";
import { closeOwnStores, machineOf, openMaster, openOwnStores } from "./testing/own-stores.ts";

afterEach(closeOwnStores);

async function publish(services: Services, clusterId: string, agentName: string) {
  await createDesiredEntry(services, { clusterId, releaseId: 1, agentName, version: "1.0.0" });
  await services.db.transaction((tx) => bumpDesiredRevision(tx, clusterId));
  await wakeRebuild(services, clusterId);
}

test("fault 41: a Redis without memory takes no writes: machines are served, changes still reach them, reports wait", {
  timeout: 90_000,
}, async () => {
  const { open } = await openOwnStores();
  const services = open();
  await migrateDatabase(services.pool);
  const { id } = await createCluster(services);
  const { id: machineId } = await createMachine(services, id);
  const machine = machineOf(await openMaster(services), id, machineId);
  await publish(services, id, "one");
  const served = (names: string) =>
    expect.poll(machine.desired, { timeout: 15_000 }).toEqual({ status: 200, names });
  await served("one");

  await services.redis.config("SET", "maxmemory-policy", "noeviction");
  await services.redis.config("SET", "maxmemory", "1");
  await expect(services.redis.set("x", "y")).rejects.toThrow(/OOM/);
  expect(await machine.desired()).toEqual({ status: 200, names: "one" });
  await publish(services, id, "two");
  await served("one two");
  const refused = await machine.report(1);
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "5"]);

  await services.redis.config("SET", "maxmemory", "0");
  await expect.poll(async () => (await machine.report(1)).status, { timeout: 15_000 }).toBe(202);
  await publish(services, id, "three");
  await served("one three two");
  const follower = await openMaster(open());
  await expect
    .poll(machineOf(follower, id, machineId).desired, { timeout: 15_000 })
    .toEqual({ status: 200, names: "one three two" });
});
