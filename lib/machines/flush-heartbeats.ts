import { and, inArray, lt } from "drizzle-orm";
import { machines } from "../../drizzle/schema/machines.ts";
import { redisKeys } from "../desired-state/redis-layout.ts";
import { releaseLease, takeLease } from "../platform/lease.ts";
import type { Services } from "../platform/services.ts";
import { type Heartbeat, type Heartbeats, returnHeartbeats, takeHeartbeats } from "./heartbeats.ts";
import { noteHearing } from "./note-hearing.ts";
import { noteOddProcess } from "./note-odd-process.ts";

const leaseMs = 30_000;
const idsPerStatement = 1_000;
/** Times of one window are stored as one value, so that one statement serves a thousand machines. */
const windowMs = 2_000;
const fieldsPerCommand = 1_000;

export type DigestOf = Map<string, string>;

/** Memory → Redis. Without Redis they stay in memory; false says so. */
export async function pushHeartbeats(
  services: Services,
  heartbeats: Heartbeats,
  clusterId: string,
): Promise<boolean> {
  const taken = takeHeartbeats(heartbeats, clusterId);
  if (taken.size === 0) return true;
  try {
    const fields = [...taken].flatMap(([id, beat]) => [
      ...[id, `${beat.seenAtMs} ${beat.digest} ${beat.instance}`],
    ]);
    const key = redisKeys.heartbeats(clusterId);
    for (let start = 0; start < fields.length; start += fieldsPerCommand * 2)
      await services.redis.hset(key, ...fields.slice(start, start + fieldsPerCommand * 2));
    return true;
  } catch (error) {
    returnHeartbeats(heartbeats, clusterId, taken);
    services.log.warn({ err: String(error), clusterId }, "heartbeats stay in memory");
    return false;
  }
}

/**
 * Redis → MySQL, under a lease. The hash is renamed first: what a crash leaves under the second
 * name is written by the next run; writing twice changes nothing. Answers the machines whose state
 * differs from the stored one; null: another process is at it.
 */
export async function storeHeartbeats(
  services: Services,
  clusterId: string,
  holder: string,
): Promise<{ seen: DigestOf; stored: DigestOf } | null> {
  const { redis } = services;
  const taken = redisKeys.heartbeatsTaken(clusterId);
  if ((await redis.exists(redisKeys.heartbeats(clusterId), taken)) === 0) return noHeartbeats();
  const lease = await takeLease(services.db, `heartbeats:${clusterId}`, holder, leaseMs);
  if (!lease) return null;
  try {
    await takeHash(services, clusterId);
    const beats = parseHash(await redis.hgetall(taken));
    const result = await writeHeartbeats(services, clusterId, beats);
    await redis.unlink(taken);
    return result;
  } finally {
    await releaseLease(services.db, lease).catch(() => undefined);
  }
}

/** Memory → MySQL: when Redis is away, so that machines do not look lost meanwhile. */
export async function storeHeartbeatsDirectly(
  services: Services,
  heartbeats: Heartbeats,
  clusterId: string,
): Promise<{ seen: DigestOf; stored: DigestOf }> {
  const taken = takeHeartbeats(heartbeats, clusterId);
  try {
    return await writeHeartbeats(services, clusterId, taken);
  } catch (error) {
    returnHeartbeats(heartbeats, clusterId, taken);
    throw error;
  }
}

async function takeHash(services: Services, clusterId: string): Promise<void> {
  const taken = redisKeys.heartbeatsTaken(clusterId);
  try {
    await services.redis.renamenx(redisKeys.heartbeats(clusterId), taken);
  } catch (error) {
    // "no such key": only what an earlier run left behind is there.
    if (!(error instanceof Error) || !error.message.includes("no such key")) throw error;
  }
  if ((await services.redis.type(taken)) === "hash") return;
  services.log.error({ clusterId }, "heartbeats in Redis are of another kind; dropped");
  await services.redis.del(taken);
}

function parseHash(hash: Record<string, string>): Map<string, Heartbeat> {
  const beats = new Map<string, Heartbeat>();
  for (const [machineId, text] of Object.entries(hash)) {
    const [seen, digest = "", instance = ""] = text.split(" ");
    const seenAtMs = Number(seen);
    if (Number.isSafeInteger(seenAtMs) && seenAtMs > 0)
      beats.set(machineId, { seenAtMs, digest, instance });
  }
  return beats;
}

async function writeHeartbeats(
  services: Services,
  clusterId: string,
  beats: Map<string, Heartbeat>,
) {
  if (beats.size > 0) await noteHearing(services, clusterId);
  const windows = new Map<number, string[]>();
  for (const [machineId, { seenAtMs }] of beats) {
    const windowAtMs = Math.floor(seenAtMs / windowMs) * windowMs;
    const ids = windows.get(windowAtMs);
    if (ids) ids.push(machineId);
    else windows.set(windowAtMs, [machineId]);
  }
  for (const [lastSeenAtMs, ids] of windows)
    for (const part of chunks(ids.sort()))
      await services.db
        .update(machines)
        .set({ lastSeenAtMs })
        .where(and(inArray(machines.id, part), lt(machines.lastSeenAtMs, lastSeenAtMs)));
  return readDigests(services, beats);
}

async function readDigests(services: Services, beats: Map<string, Heartbeat>) {
  const { seen, stored } = noHeartbeats();
  for (const [machineId, { digest }] of beats) if (digest) seen.set(machineId, digest);
  for (const part of chunks([...beats.keys()])) {
    const rows = await services.db
      .select({
        id: machines.id,
        stateDigest: machines.stateDigest,
        tokenInstance: machines.tokenInstance,
      })
      .from(machines)
      .where(inArray(machines.id, part));
    for (const row of rows) {
      const beat = beats.get(row.id);
      if (beat?.digest) stored.set(row.id, row.stateDigest);
      if (beat && isOdd(beat, row.tokenInstance)) await noteOddProcess(services, row.id, beat);
    }
  }
  return { seen, stored };
}

/** A process checked in by a token that another one's has superseded. */
function isOdd({ instance }: Heartbeat, tokenInstance: string): boolean {
  return instance !== "" && tokenInstance !== "" && instance !== tokenInstance;
}

function noHeartbeats(): { seen: DigestOf; stored: DigestOf } {
  return { seen: new Map(), stored: new Map() };
}

function chunks(ids: string[]): string[][] {
  const parts: string[][] = [];
  for (let start = 0; start < ids.length; start += idsPerStatement)
    parts.push(ids.slice(start, start + idsPerStatement));
  return parts;
}
