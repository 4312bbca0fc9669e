import { eq } from "drizzle-orm";
import type { RowDataPacket } from "mysql2/promise";
import { afterEach, expect, test } from "vitest";
import { clusters } from "../../drizzle/schema/clusters.ts";
import { leases } from "../../drizzle/schema/leases.ts";
import { takeLease } from "../platform/lease.ts";
import type { Services } from "../platform/services.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createDesiredEntry } from "../testing/create-desired-entry.ts";
import { createPackage } from "../testing/create-package.ts";
import { killServers, type LaunchedServer, launchServer } from "../testing/launch-server.ts";
import { createTestServices } from "../testing/test-services.ts";
import { documentFor } from "./compose-desired-state.ts";
import { type DesiredStateCache, followPointer } from "./desired-state-cache.ts";
import { readPointer } from "./generation.ts";
import { rebuildDesiredState } from "./rebuild-desired-state.ts";

afterEach(killServers);

/**
 * Three processes rebuild; the one that is at it has composed yesterday's state when it is stopped.
 * A fourth takes over, with today's state. Then all wake up.
 */
test.each(["before it has claimed a number", "when it has a number, and has yet to publish"])(
  "fault 38: of three rebuilders the one at work is stopped %s; what it brings later counts for nothing",
  async (when) => {
    const services = await createTestServices();
    const { id } = await createCluster(services);
    await ask(services, id, "yesterday");
    const locker = await services.pool.getConnection();
    const servers: LaunchedServer[] = [];
    // Everybody may read clusters, and nobody can claim a generation.
    await locker.query("LOCK TABLES clusters READ");
    try {
      for (let index = 0; index < 3; index += 1)
        servers.push(await launchServer(services, { IFRIT_ROLE: "master" }));
      await claimIsWaiting(services);
      for (const { child } of servers) child.kill("SIGSTOP");
      if (when.startsWith("before")) await takeOver(services, id);
    } finally {
      await locker.query("UNLOCK TABLES");
      locker.release();
    }
    await expect.poll(() => claimIsAnswered(services)).toBe(true);
    if (!when.startsWith("before")) {
      expect(await generationOf(services, id)).toBe(1);
      await takeOver(services, id);
    }
    await ask(services, id, "today");
    const { outcome } = await rebuildDesiredState(services, id, "the next");
    expect(outcome).toBe("written");
    const today = await readPointer(services.redis, id);

    const cache: DesiredStateCache = new Map();
    const agents = async () => {
      expect(await followPointer(services, cache, id)).toBe("current");
      const machine = { machineId: "m", type: "LINUX", slot: 0 } as const;
      return documentFor(cache.get(id)!.composition, machine)!.bytes.toString();
    };
    const served = await agents();
    expect(served).toContain("today");
    for (const { child } of servers) child.kill("SIGCONT");
    for (let round = 0; round < 30; round += 1) {
      const pointer = await readPointer(services.redis, id);
      expect(pointer!.generation).toBeGreaterThanOrEqual(today!.generation);
      expect(pointer!.digest).toBe(today!.digest);
      expect(await agents()).toBe(served);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  },
  90_000,
);

async function ask(services: Services, clusterId: string, agentName: string): Promise<void> {
  await createPackage(services, { agentName, version: "1.0.0" });
  await createDesiredEntry(services, { clusterId, releaseId: 1, agentName, version: "1.0.0" });
}

async function takeOver(services: Services, clusterId: string): Promise<void> {
  const name = `rebuild:${clusterId}`;
  await services.db.update(leases).set({ expiresAtMs: 0 }).where(eq(leases.name, name));
  expect(await takeLease(services.db, name, "the next", 60_000)).not.toBeNull();
}

async function generationOf({ db }: Services, id: string): Promise<number> {
  const [row] = await db.select().from(clusters).where(eq(clusters.id, id));
  return row!.generation;
}

async function statementsOnClusters({ pool, env }: Services): Promise<RowDataPacket[]> {
  const [rows] = await pool.query<RowDataPacket[]>("SHOW FULL PROCESSLIST");
  const own = new URL(env.DATABASE_URL).pathname.slice(1);
  return rows.filter((row) => row.db === own && /^update `clusters`/i.test(String(row.Info)));
}

async function claimIsWaiting(services: Services): Promise<void> {
  await expect
    .poll(async () => (await statementsOnClusters(services)).length, { timeout: 20_000 })
    .toBeGreaterThan(0);
}

async function claimIsAnswered(services: Services): Promise<boolean> {
  return (await statementsOnClusters(services)).length === 0;
}
