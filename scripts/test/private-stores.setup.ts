import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startMariaDb } from "../stores/start-mariadb.ts";
import { startRedis } from "../stores/start-redis.ts";

/** Vitest's global set-up of the projects on real stores: one real MariaDB and Redis for the whole run. */
export default async function startPrivateStores(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "ifrit-stores-"));
  const password = randomBytes(16).toString("hex");
  const mariaDb = await startMariaDb({ folder: join(folder, "db"), password, durable: false });
  const redis = await startRedis({ folder: join(folder, "redis"), durable: false });
  process.env.IFRIT_TEST_DATABASE_URL = mariaDb.url;
  process.env.IFRIT_TEST_REDIS_URL = redis.url;
  return async () => {
    await Promise.all([mariaDb.daemon.stop(), redis.daemon.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
}
