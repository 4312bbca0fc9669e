import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { migrateDatabase } from "../../drizzle/migrate.ts";
import { Env } from "../platform/env.ts";
import { openRedis } from "../platform/redis.ts";
import { closeServices, openServices, type Services } from "../platform/services.ts";

/** Set by the global set-up of vitest's project "store" (scripts/test/private-stores.setup.ts). */
const databaseUrlVariable = "IFRIT_TEST_DATABASE_URL";
const redisUrlVariable = "IFRIT_TEST_REDIS_URL";
const redisDatabases = 1024;

const open: { services: Services; folder: string }[] = [];

/**
 * Services on a database and a Redis database of their own, migrated and empty, on real servers.
 * Closed after the test file by close-test-services.setup.ts. `now` may be replaced at any time.
 */
export async function createTestServices(
  options: { env?: Partial<Env>; now?: () => number } = {},
): Promise<Services> {
  const folder = mkdtempSync(join(tmpdir(), "ifrit-test-"));
  const env = Env.parse({
    IFRIT_SECRET: "a secret that only tests know, forty characters",
    IFRIT_DATA_DIR: folder,
    IFRIT_LOG_LEVEL: process.env.IFRIT_TEST_LOG_LEVEL ?? "silent",
    PORT: 0,
    DATABASE_URL: await createDatabase(),
    REDIS_URL: await createRedisDatabase(),
    ...options.env,
  });
  const services = openServices(env);
  if (options.now) services.now = options.now;
  open.push({ services, folder });
  await migrateDatabase(services.pool);
  if (services.redis.status !== "ready")
    await new Promise<void>((resolve) => services.redis.once("ready", () => resolve()));
  return services;
}

/** Closes what createTestServices opened in this test file. */
export async function closeTestServices(): Promise<void> {
  for (const { services, folder } of open.splice(0)) {
    await closeServices(services);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function createDatabase(): Promise<string> {
  const url = new URL(required(databaseUrlVariable));
  const name = `ifrit_t_${randomBytes(6).toString("hex")}`;
  const connection = await createConnection({
    user: url.username,
    password: url.password,
    socketPath: url.searchParams.get("socketPath") ?? undefined,
    host: url.hostname,
    port: url.port ? Number(url.port) : undefined,
  });
  await connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  await connection.end();
  url.pathname = `/${name}`;
  return url.href;
}

async function createRedisDatabase(): Promise<string> {
  const base = required(redisUrlVariable);
  const redis = openRedis(base);
  await new Promise<void>((resolve, reject) => {
    redis.once("ready", () => resolve());
    redis.once("error", reject);
  });
  const number = 1 + ((await redis.incr("ifrit-test-databases")) % (redisDatabases - 1));
  await redis.select(number);
  await redis.flushdb();
  redis.disconnect();
  return base.startsWith("unix:") ? `${base}?db=${number}` : new URL(`/${number}`, base).href;
}

function required(variable: string): string {
  const value = process.env[variable];
  if (!value)
    throw new Error(
      `${variable} is not set. Name the file *.store.test.ts, so that it runs in the project "store".`,
    );
  return value;
}
