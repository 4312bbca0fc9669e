import type { Redis } from "ioredis";
import type { Pool } from "mysql2/promise";
import { type Database, openDatabase } from "./database.ts";
import { type Env, parseEnv } from "./env.ts";
import { type Logger, openLog } from "./log.ts";
import { openRedis } from "./redis.ts";

/** What a process holds open, passed to every verb. */
export type Services = {
  env: Env;
  db: Database;
  pool: Pool;
  redis: Redis;
  log: Logger;
  /** Milliseconds since the epoch. */
  now: () => number;
};

export function openServices(env: Env): Services {
  const log = openLog(env.IFRIT_LOG_LEVEL);
  const { db, pool } = openDatabase(env.DATABASE_URL);
  const redis = openRedis(env.REDIS_URL);
  redis.on("error", (error: Error) => log.warn({ err: error.message }, "redis connection"));
  return { env, db, pool, redis, log, now: Date.now };
}

export async function closeServices(services: Services): Promise<void> {
  services.redis.disconnect();
  await services.pool.end();
}

// The fast lane and Next's bundles load this module separately; the process must still have one set.
const slot = Symbol.for("ifrit.services");
type Holder = { [slot]?: Services };

/** The process-wide services, opened from process.env at first use. */
export function services(): Services {
  const holder = globalThis as Holder;
  holder[slot] ??= openServices(parseEnv(process.env));
  return holder[slot];
}

export function setServices(value: Services): void {
  (globalThis as Holder)[slot] = value;
}
