import { step } from "../progress.ts";
import { startMariaDb } from "../stores/start-mariadb.ts";
import { startRedis } from "../stores/start-redis.ts";
import type { Instance } from "./instance.ts";
import { type KeptAlive, keepAlive } from "./keep-alive.ts";
import type { Secrets } from "./load-secrets.ts";

export type StoreUrls = { databaseUrl: string; redisUrl: string };

/** Starts a private MariaDB and Redis, unless the environment names others. */
export async function startStores(
  instance: Instance,
  secrets: Secrets,
  env: NodeJS.ProcessEnv,
  started: KeptAlive[],
): Promise<StoreUrls> {
  const databaseUrl = env.DATABASE_URL || (await startPrivateMariaDb(instance, secrets, started));
  const redisUrl = env.REDIS_URL || (await startPrivateRedis(instance, started));
  return { databaseUrl, redisUrl };
}

async function startPrivateMariaDb(
  instance: Instance,
  secrets: Secrets,
  started: KeptAlive[],
): Promise<string> {
  let url = "";
  await step("MariaDB", async () => {
    const start = async () => {
      const options = { folder: instance.folders.mariaDb, password: secrets.databasePassword };
      const store = await startMariaDb(options);
      url = store.url;
      return store.daemon;
    };
    started.push(await keepAlive("MariaDB", start, { graceMs: 60_000 }));
  });
  return url;
}

async function startPrivateRedis(instance: Instance, started: KeptAlive[]): Promise<string> {
  let url = "";
  await step("Redis", async () => {
    const start = async () => {
      const store = await startRedis({ folder: instance.folders.redis });
      url = store.url;
      return store.daemon;
    };
    started.push(await keepAlive("Redis", start, { graceMs: 20_000 }));
  });
  return url;
}
