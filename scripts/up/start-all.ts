import { migrateDatabase } from "../../drizzle/migrate.ts";
import { parseEnv } from "../../lib/platform/env.ts";
import { closeServices, openServices, type Services } from "../../lib/platform/services.ts";
import { buildServer, serverIsBuilt } from "../build/build-server.ts";
import { step } from "../progress.ts";
import { ensureDefaultCluster } from "./default-cluster.ts";
import { ensureFirstAdministrator } from "./first-administrator.ts";
import type { Instance } from "./instance.ts";
import { type KeptAlive, keepAlive } from "./keep-alive.ts";
import { loadSecrets } from "./load-secrets.ts";
import { startServer } from "./start-server.ts";
import { startStores } from "./start-stores.ts";

/** Everything that runs, in the order in which each needs the one before; `started` grows as it goes. */
export async function startAll(
  instance: Instance,
  env: NodeJS.ProcessEnv,
  started: KeptAlive[],
): Promise<void> {
  const secrets = loadSecrets(instance.dataDir);
  const urls = await startStores(instance, secrets, env, started);
  const serverEnv: NodeJS.ProcessEnv = {
    ...env,
    NODE_ENV: "production",
    DATABASE_URL: urls.databaseUrl,
    REDIS_URL: urls.redisUrl,
    IFRIT_SECRET: env.IFRIT_SECRET || secrets.secret,
    IFRIT_DATA_DIR: instance.dataDir,
    HOST: instance.host,
    PORT: String(instance.port),
  };
  const services = openServices(parseEnv({ ...serverEnv, IFRIT_LOG_LEVEL: "fatal" }));
  try {
    await step("database schema", () => migrateDatabase(services.pool));
    await step("administrator and cluster", () => setUp(services, instance, env));
    if (!serverIsBuilt()) await step("console and server built", buildServer);
    const start = () => startServer(instance, serverEnv);
    await step("server", async () => {
      started.push(await keepAlive("server", start, { graceMs: 15_000 }));
    });
  } finally {
    await closeServices(services);
  }
}

async function setUp(services: Services, instance: Instance, env: NodeJS.ProcessEnv) {
  await ensureFirstAdministrator(services, instance.dataDir, env);
  await ensureDefaultCluster(services);
}
