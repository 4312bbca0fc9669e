import { and, count, eq } from "drizzle-orm";
import { clusters } from "../../drizzle/schema/clusters.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import { loadChangePolicy } from "../change-control/load-change-policy.ts";
import { listLocalClusters } from "../clusters/list-local-clusters.ts";
import { adopt, followPointer } from "../desired-state/desired-state-cache.ts";
import { composeFromDatabase } from "../desired-state/rebuild-desired-state.ts";
import { redisKeys } from "../desired-state/redis-layout.ts";
import {
  loadBlockedMachines,
  mirrorBlockedMachines,
  readMirroredBlockedMachines,
} from "../machines/blocked-machines.ts";
import type { Master } from "./master.ts";

/**
 * Fills an empty master: from MySQL and Redis, or from the one of the two that answers. Never
 * throws; what could not be loaded comes with the jobs.
 */
export async function loadMaster(master: Master): Promise<void> {
  await attempt(master, "clusters", () => loadLocalClusters(master));
  await attempt(master, "blocked machines", () => loadBlocked(master));
  await attempt(master, "change policy", () =>
    loadChangePolicy(master.services, master.changeControl),
  );
  for (const clusterId of master.localClusters)
    await attempt(master, `desired state of ${clusterId}`, () =>
      loadDesiredState(master, clusterId),
    );
}

export async function loadLocalClusters(master: Master): Promise<void> {
  const { services } = master;
  try {
    master.localClusters = await listLocalClusters(services);
  } catch (error) {
    if (master.localClusters.length > 0) throw error;
    master.localClusters = (await services.redis.smembers(redisKeys.clusters)).sort();
  }
  master.clustersKnown = true;
}

/** Replaces the set of blocked machines, and keeps its copy in Redis up to date. */
export async function refreshBlocked(master: Master): Promise<void> {
  const before = master.blocked;
  master.blocked = await loadBlockedMachines(master.services);
  const changed =
    before.size !== master.blocked.size ||
    [...master.blocked].some(([id, status]) => before.get(id) !== status);
  if (changed) await mirrorBlockedMachines(master.services, master.blocked);
}

/** Roughly how many machines each cluster has: bounds how fast they may be asked to poll. */
export async function refreshMachineCounts(master: Master): Promise<void> {
  for (const clusterId of master.localClusters) {
    const [row] = await master.services.db
      .select({ machines: count() })
      .from(machines)
      .where(and(eq(machines.clusterId, clusterId)));
    master.machineCounts.set(clusterId, row?.machines ?? 0);
  }
}

async function loadBlocked(master: Master): Promise<void> {
  try {
    await refreshBlocked(master);
  } catch {
    master.blocked = await readMirroredBlockedMachines(master.services);
  }
}

async function loadDesiredState(master: Master, clusterId: string): Promise<void> {
  const { services, desired } = master;
  try {
    const followed = await followPointer(services, desired, clusterId);
    if (followed === "current" && !(await isBehindDatabase(master, clusterId))) return;
  } catch (error) {
    services.log.warn({ err: String(error), clusterId }, "not loaded from Redis");
  }
  adopt(desired, await composeFromDatabase(services, clusterId), services.now());
}

/** Redis may come from an old snapshot; where MySQL is away, its word is all there is. */
async function isBehindDatabase(
  { services, desired }: Master,
  clusterId: string,
): Promise<boolean> {
  const [row] = await services.db
    .select({ generation: clusters.generation })
    .from(clusters)
    .where(eq(clusters.id, clusterId))
    .catch(() => []);
  return (row?.generation ?? 0) > (desired.get(clusterId)?.generation ?? 0);
}

async function attempt(master: Master, what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    master.services.log.error({ err: String(error) }, `not loaded at start: ${what}`);
  }
}
