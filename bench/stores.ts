import { join } from "node:path";
import { migrateDatabase } from "../drizzle/migrate.ts";
import { parseEnv } from "../lib/platform/env.ts";
import { closeServices, openServices, type Services } from "../lib/platform/services.ts";
import { startMariaDb } from "../scripts/stores/start-mariadb.ts";
import { startRedis } from "../scripts/stores/start-redis.ts";

export type BenchStores = { env: Record<string, string>; stop: () => Promise<void> };

/** Private, empty, migrated stores under `folder`, and the settings of a master on them. */
export async function openBenchStores(folder: string): Promise<BenchStores> {
  const at = { folder: join(folder, "db"), password: "0".repeat(32), durable: false };
  const mariaDb = await startMariaDb(at);
  const redis = await startRedis({ folder: join(folder, "redis"), durable: false });
  const env = {
    DATABASE_URL: mariaDb.url,
    REDIS_URL: redis.url,
    IFRIT_SECRET: "a secret for measurements only, 40 long..",
    IFRIT_ROLE: "master",
    IFRIT_DATA_DIR: folder,
    HOST: "127.0.0.1",
    PORT: "0",
  };
  const services = openBenchServices(env);
  await migrateDatabase(services.pool);
  await closeServices(services);
  const stop = async () => {
    await Promise.all([mariaDb.daemon.stop(), redis.daemon.stop()]);
  };
  return { env, stop };
}

export function openBenchServices(env: Record<string, string>): Services {
  return openServices(parseEnv({ ...env, IFRIT_LOG_LEVEL: "silent" }));
}
