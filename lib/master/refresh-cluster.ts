import { setTimeout as delay } from "node:timers/promises";
import { adopt, followPointer } from "../desired-state/desired-state-cache.ts";
import {
  composeFromDatabase,
  type RebuildResult,
  rebuildDesiredState,
} from "../desired-state/rebuild-desired-state.ts";
import { inTurn } from "../platform/in-turn.ts";
import type { Master } from "./master.ts";

const attemptsMax = 30;
const betweenAttemptsMs = 100;

/**
 * Brings Redis and this process's memory up to what MySQL says now. When another process is at it,
 * waits for its turn: the other may have read before the change that we were called for.
 */
export function refreshCluster(
  master: Master,
  clusterId: string,
  options: { rewrite?: boolean } = {},
): Promise<RebuildResult["outcome"]> {
  return inTurn(master.turns, `rebuild ${clusterId}`, () => refresh(master, clusterId, options));
}

async function refresh(
  master: Master,
  clusterId: string,
  options: { rewrite?: boolean },
): Promise<RebuildResult["outcome"]> {
  const { services, desired, instanceId } = master;
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const result = await rebuildDesiredState(services, clusterId, instanceId, options);
    if (result.outcome !== "leaseHeld") {
      adopt(desired, result.built, services.now());
      return result.outcome;
    }
    await delay(betweenAttemptsMs * (0.5 + Math.random()));
  }
  const followed = await followPointer(services, desired, clusterId).catch(() => "missing");
  if (followed !== "current")
    adopt(desired, await composeFromDatabase(services, clusterId), services.now());
  return "leaseHeld";
}

/** Follows the pointers of all local clusters; what is broken in Redis is written anew. */
export async function followPointers(master: Master): Promise<void> {
  for (const clusterId of master.localClusters) {
    const outcome = await followPointer(master.services, master.desired, clusterId);
    if (outcome === "corrupt") await refreshCluster(master, clusterId, { rewrite: true });
    if (outcome === "missing") await refreshCluster(master, clusterId);
  }
}
