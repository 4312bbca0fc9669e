import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { openRoot } from "../contract/verify-root-chain.ts";
import type { Services } from "../platform/services.ts";

/**
 * The fingerprint of the newest root in the master's trust folder, which new machines are to pin; null
 * where there is none, because then the master signs nothing.
 */
export async function readRootFingerprint({
  env,
  log,
}: Pick<Services, "env" | "log">): Promise<string | null> {
  const { IFRIT_TRUST_DIR: set } = env as { IFRIT_TRUST_DIR?: string };
  const folder = set ?? join(env.IFRIT_DATA_DIR, "trust", "roots");
  const names = await readdir(folder).catch(() => []);
  const versions = names.map((name) => Number(/^(\d+)\.root\.json$/.exec(name)?.[1] ?? 0));
  const newest = Math.max(0, ...versions);
  if (newest === 0) return null;
  try {
    const text = await readFile(join(folder, `${newest}.root.json`), "utf8");
    return (await openRoot(text.trim())).fingerprint;
  } catch (error) {
    log.error({ err: String(error), folder }, "the newest trust root cannot be read");
    return null;
  }
}
