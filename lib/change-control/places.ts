import { redisKeys } from "../desired-state/redis-layout.ts";
import type { Services } from "../platform/services.ts";

/*
 * Which machines of a cluster are changing now, counted over all master processes in Redis.
 * INVARIANTS:
 *  - A place is taken and counted in one script, by Redis's clock, so the cap holds however many
 *    masters ask at once.
 *  - A machine that asks again keeps its place and renews it; one that goes silent loses it.
 *  - Places exist in Redis only. When Redis loses them, machines that are changing go on, and until
 *    they ask again (their next check-in; at the latest one lifetime later) as many others as the
 *    cap allows may begin: at worst twice the cap, for one lifetime of a place.
 */

type Redis = Pick<Services, "redis">["redis"];
export type Counts = "normal" | "rollBack";

export type HeldPlace = { counts: Counts; agents: string[] };
export type PlaceFacts = {
  held: HeldPlace | null;
  /** Machines with a place, this one included. */
  changing: Record<Counts, number>;
  lastChangedAtMs: number | null;
};

/** So long may a machine be changing while others wait for its place; then it lets others go first. */
const placeAgeMaxMs = 30 * 60_000;

const clock = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local function text(number) return string.format('%.0f', number) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', text(now))
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', text(now))
`;

const readScript = `${clock}
local counts = ''
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then counts = 'normal' end
if redis.call('ZSCORE', KEYS[2], ARGV[1]) then counts = 'rollBack' end
return {counts, redis.call('GET', KEYS[3]) or '', redis.call('ZCARD', KEYS[1]),
  redis.call('ZCARD', KEYS[2]), redis.call('GET', KEYS[4]) or ''}`;

const takeScript = `${clock}
local own = KEYS[1]
local other = KEYS[2]
if ARGV[2] == 'rollBack' then own = KEYS[2]; other = KEYS[1] end
local max = tonumber(ARGV[3])
local held = redis.call('ZSCORE', own, ARGV[1])
if max > 0 then
  if redis.call('EXISTS', KEYS[5]) == 1 then return {0, redis.call('ZCARD', own)} end
  if not held and redis.call('ZCARD', own) >= max then return {0, redis.call('ZCARD', own)} end
end
local since = now
if held then
  since = tonumber(string.match(redis.call('GET', KEYS[3]) or '', '^%d+')) or now
  if max > 0 and now - since > tonumber(ARGV[7]) then
    redis.call('ZREM', own, ARGV[1])
    redis.call('DEL', KEYS[3])
    redis.call('SET', KEYS[5], '1', 'PX', ARGV[4])
    return {0, redis.call('ZCARD', own)}
  end
end
redis.call('ZREM', other, ARGV[1])
redis.call('ZADD', own, text(now + ARGV[4]), ARGV[1])
redis.call('SET', KEYS[3], text(since) .. ' ' .. ARGV[5], 'PX', ARGV[4])
if tonumber(ARGV[6]) > 0 then redis.call('SET', KEYS[4], text(now), 'PX', ARGV[6]) end
return {1, redis.call('ZCARD', own)}`;

const giveBackScript = `
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return redis.call('DEL', KEYS[3])`;

export async function readPlaces(
  redis: Redis,
  clusterId: string,
  machineId: string,
): Promise<PlaceFacts> {
  const answer = await redis.eval(readScript, 5, ...keysOf(clusterId, machineId), machineId);
  const [counts, place, normal, rollBack, lastChange] = answer as [
    string,
    string,
    number,
    number,
    string,
  ];
  return {
    held: counts === "" ? null : { counts: counts as Counts, agents: agentsIn(place) },
    changing: { normal, rollBack },
    lastChangedAtMs: lastChange === "" ? null : Number(lastChange),
  };
}

export type PlaceOrder = {
  clusterId: string;
  machineId: string;
  counts: Counts;
  /** null: any number. */
  changingMax: number | null;
  agents: readonly string[];
  lifetimeMs: number;
  /** For so long it is remembered when the machine was changing. */
  rememberMs: number;
};

/** Takes or renews a place. taken false: there is none, with how many are changing. */
export async function takePlace(
  redis: Redis,
  order: PlaceOrder,
): Promise<{ taken: boolean; changing: number }> {
  const { clusterId, machineId, counts, changingMax, agents, lifetimeMs, rememberMs } = order;
  const answer = await redis.eval(
    ...([takeScript, 5, ...keysOf(clusterId, machineId), machineId, counts] as const),
    ...[changingMax ?? 0, lifetimeMs, agents.join(","), rememberMs, placeAgeMaxMs],
  );
  const [taken, changing] = answer as [number, number];
  return { taken: taken === 1, changing };
}

export async function giveBackPlace(
  redis: Redis,
  clusterId: string,
  machineId: string,
): Promise<void> {
  await redis.eval(giveBackScript, 5, ...keysOf(clusterId, machineId), machineId);
}

/** For the copy that each process keeps, so that a steady check-in knows whether there is one to give back. */
export async function listPlaces(redis: Redis, clusterId: string): Promise<string[]> {
  const keys = [redisKeys.changing(clusterId, "normal"), redisKeys.changing(clusterId, "rollBack")];
  const lists = await Promise.all(keys.map((key) => redis.zrange(key, 0, listedMax)));
  return lists.flat();
}

/** Of more places than this the rest are left to run out. */
const listedMax = 20_000;

function keysOf(clusterId: string, machineId: string): string[] {
  return [
    redisKeys.changing(clusterId, "normal"),
    redisKeys.changing(clusterId, "rollBack"),
    redisKeys.place(clusterId, machineId),
    redisKeys.lastChange(clusterId, machineId),
    redisKeys.placeRest(clusterId, machineId),
  ];
}

function agentsIn(place: string): string[] {
  return (place.split(" ")[1] ?? "").split(",").filter((name) => name !== "");
}
