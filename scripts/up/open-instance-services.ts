import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "../../lib/platform/env.ts";
import { openServices, type Services } from "../../lib/platform/services.ts";
import { socketFolder } from "../stores/socket-folder.ts";
import { UserError } from "../user-error.ts";
import type { Instance } from "./instance.ts";
import { loadSecrets } from "./load-secrets.ts";

/** The stores of the instance that runs here, or those that the environment names. */
export function openInstanceServices(instance: Instance, env: NodeJS.ProcessEnv): Services {
  const isOwn = existsSync(join(instance.dataDir, "secrets.json"));
  if (!isOwn && !(env.DATABASE_URL && env.REDIS_URL && env.IFRIT_SECRET))
    throw new UserError(
      "No ifrit is set up here.",
      "Start it with npm run up first, or set DATABASE_URL, REDIS_URL and IFRIT_SECRET as the server has them.",
    );
  const secrets = isOwn ? loadSecrets(instance.dataDir) : null;
  const socket = (store: string, file: string) => join(socketFolder(store), file);
  const database = encodeURIComponent(socket(instance.folders.mariaDb, "mariadb.sock"));
  return openServices(
    parseEnv({
      ...env,
      IFRIT_SECRET: env.IFRIT_SECRET || secrets?.secret,
      IFRIT_DATA_DIR: instance.dataDir,
      IFRIT_LOG_LEVEL: "silent",
      DATABASE_URL:
        env.DATABASE_URL ||
        `mysql://ifrit:${secrets?.databasePassword}@localhost/ifrit?socketPath=${database}`,
      REDIS_URL: env.REDIS_URL || `unix://${socket(instance.folders.redis, "redis.sock")}`,
    }),
  );
}
