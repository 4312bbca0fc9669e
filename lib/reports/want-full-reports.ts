import { redisKeys } from "../desired-state/redis-layout.ts";
import type { Services } from "../platform/services.ts";

/** A machine reports right after it changed; only a difference that outlasts this is a lost report. */
const graceMs = 15_000;
/** As many full reports as are asked for at once: after a loss of data a whole cluster would send them. */
const wantedMax = 2_000;
const wantedTtlSeconds = 3_600;

/**
 * Which machines' heartbeats keep naming another state than the stored one. `mismatches` remembers
 * since when, and is kept between calls.
 */
export function findLostReports(
  mismatches: Map<string, number>,
  seen: ReadonlyMap<string, string>,
  stored: ReadonlyMap<string, string>,
  nowMs: number,
): { lost: string[]; settled: string[] } {
  const lost: string[] = [];
  const settled: string[] = [];
  for (const [machineId, digest] of seen) {
    const held = stored.get(machineId);
    if (held === undefined) continue;
    if (held === digest) {
      if (mismatches.delete(machineId)) settled.push(machineId);
      continue;
    }
    const sinceMs = mismatches.get(machineId);
    if (sinceMs === undefined) mismatches.set(machineId, nowMs);
    else if (nowMs - sinceMs >= graceMs) lost.push(machineId);
  }
  return { lost, settled };
}

/** Tells every master, by way of Redis, which machines are to send a full report. */
export async function askForFullReports(
  services: Services,
  clusterId: string,
  { lost, settled }: { lost: string[]; settled: string[] },
): Promise<void> {
  const key = redisKeys.wantFullReport(clusterId);
  if (settled.length > 0) await services.redis.srem(key, ...settled);
  if (lost.length === 0) return;
  const room = wantedMax - (await services.redis.scard(key));
  if (room <= 0) return;
  await services.redis
    .pipeline()
    .sadd(key, ...lost.slice(0, room))
    .expire(key, wantedTtlSeconds)
    .exec();
}

/** Replaces what this process knows. */
export async function readWantedFullReports(
  services: Services,
  clusterIds: readonly string[],
): Promise<Set<string>> {
  const wanted = new Set<string>();
  for (const clusterId of clusterIds)
    for (const machineId of await services.redis.smembers(redisKeys.wantFullReport(clusterId)))
      wanted.add(machineId);
  return wanted;
}
