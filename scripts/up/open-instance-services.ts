import { join } from "node:path";
import { parseEnv } from "../../lib/platform/env.ts";
import { openServices, type Services } from "../../lib/platform/services.ts";
import { socketFolder } from "../stores/socket-folder.ts";
import type { Instance } from "./instance.ts";
import { loadSecrets } from "./load-secrets.ts";

/** The services of a running instance, for whoever may read its secrets. */
export function openInstanceServices(instance: Instance, env: NodeJS.ProcessEnv): Services {
  const { secret, databasePassword } = loadSecrets(instance.dataDir);
  const socket = (store: string, file: string) => join(socketFolder(store), file);
  const database = encodeURIComponent(socket(instance.folders.mariaDb, "mariadb.sock"));
  return openServices(
    parseEnv({
      ...env,
      IFRIT_SECRET: env.IFRIT_SECRET || secret,
      IFRIT_DATA_DIR: instance.dataDir,
      IFRIT_LOG_LEVEL: "silent",
      DATABASE_URL:
        env.DATABASE_URL ||
        `mysql://ifrit:${databasePassword}@localhost/ifrit?socketPath=${database}`,
      REDIS_URL: env.REDIS_URL || `unix://${socket(instance.folders.redis, "redis.sock")}`,
    }),
  );
}
