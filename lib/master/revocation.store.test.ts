import { afterEach, expect, test } from "vitest";
import { migrateDatabase } from "../../drizzle/migrate.ts";
import { changeMachine } from "../machines/change-machine.ts";
import { systemContext } from "../platform/request-context.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createMachine } from "../testing/create-machine.ts";
import { closeOwnStores, machineOf, openMaster, openOwnStores } from "./testing/own-stores.ts";

afterEach(closeOwnStores);

test("a revoked machine is refused by every master within a minute, also without Redis", {
  timeout: 120_000,
}, async () => {
  const { running, open } = await openOwnStores();
  const services = open();
  await migrateDatabase(services.pool);
  const { id } = await createCluster(services);
  const { id: machineId } = await createMachine(services, id);
  const { id: other } = await createMachine(services, id);
  const masters = [await openMaster(services), await openMaster(open())];
  const statusAt = (machine: string) =>
    Promise.all(masters.map(async (at) => (await machineOf(at, id, machine).desired()).status));
  await expect.poll(() => statusAt(machineId), { timeout: 15_000 }).toEqual([200, 200]);

  process.kill(running.redis.daemon.identity.pid, "SIGKILL");
  await running.redis.daemon.exited;
  const revokedAtMs = performance.now();
  const ctx = systemContext("tester", "test");
  await changeMachine(services, ctx, { machineId, verb: "revoke", remark: "sold" });
  await expect.poll(() => statusAt(machineId), { timeout: 60_000 }).toEqual([403, 403]);
  expect(performance.now() - revokedAtMs).toBeLessThan(60_000);
  expect(await statusAt(other)).toEqual([200, 200]);
});
