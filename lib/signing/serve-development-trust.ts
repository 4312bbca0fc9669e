import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Services } from "../platform/services.ts";
import { createFileDurably } from "./durable-file.ts";
import { type DevelopmentTrust, makeDevelopmentTrust } from "./make-development-trust.ts";
import { trustFolder } from "./own-trust.ts";
import { listRootVersions, readRootChain } from "./root-chain.ts";

/**
 * Puts the development root where the master reads roots, unless there is one already. null: another
 * root is in use, which does not know the development release key; nothing was changed.
 */
export async function serveDevelopmentTrust(
  env: Services["env"],
  nowMs: number,
): Promise<DevelopmentTrust | null> {
  const folder = trustFolder(env);
  if ((await listRootVersions(folder)).length === 0) {
    const { rootText } = await makeDevelopmentTrust(
      env.IFRIT_DATA_DIR,
      nowMs,
      env.IFRIT_DIRECTOR_KEY,
    );
    await mkdir(folder, { recursive: true, mode: 0o755 });
    await createFileDurably(join(folder, "1.root.json"), `${rootText}\n`, 0o644).catch((error) => {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    });
  }
  const newest = (await readRootChain(folder)).roots.at(-1);
  if (!newest || !(await isThere(env))) return null;
  const trust = await makeDevelopmentTrust(env.IFRIT_DATA_DIR, nowMs, env.IFRIT_DIRECTOR_KEY);
  return newest.release.keys.some(({ keyId }) => keyId === trust.release.keyId) ? trust : null;
}

/** Where another root was put by hand, no development keys are made beside it. */
async function isThere(env: Services["env"]): Promise<boolean> {
  const versions = await listRootVersions(join(env.IFRIT_DATA_DIR, "trust", "development"));
  return versions.length > 0;
}
