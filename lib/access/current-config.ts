import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { processWide } from "../platform/process-wide.ts";
import type { Services } from "../platform/services.ts";
import { type Config, ConfigError, parseConfig } from "./config-schema.ts";

type Loaded = {
  config: Config;
  /** Why the file as it is now is not in force; null: it is. */
  problem: string | null;
  /** The file as it was looked at last. */
  stamp: string;
  checkedAtMs: number;
};

export type CurrentConfig = Pick<Loaded, "config" | "problem"> & { isPresent: boolean };

const checkMs = 1_000;
const noFile = "none";

/**
 * The configuration in force. The file is looked at again at most once a second; one that is broken
 * or gone changes nothing: the last good one stays, over restarts too, and `problem` says so.
 */
export function currentConfig(services: Services): CurrentConfig {
  const path = resolve(services.env.IFRIT_CONFIG);
  const all = processWide<Map<string, Loaded>>("config", () => new Map());
  const known = all.get(path);
  const nowMs = Date.now();
  if (known && nowMs - known.checkedAtMs < checkMs) return shown(known);
  const stamp = stampOf(path);
  if (known?.stamp === stamp) {
    known.checkedAtMs = nowMs;
    return shown(known);
  }
  const loaded = { ...load(services, path, stamp, known), stamp, checkedAtMs: nowMs };
  if (loaded.problem) services.log.error({ file: path }, `configuration: ${loaded.problem}`);
  else if (known) services.log.info({ file: path }, "configuration: the new one is in force");
  all.set(path, loaded);
  return shown(loaded);
}

const shown = ({ config, problem, stamp }: Loaded): CurrentConfig => ({
  ...{ config, problem, isPresent: stamp !== noFile },
});

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.ino} ${stat.size} ${stat.mtimeMs}` : noFile;
}

function load(
  services: Services,
  path: string,
  stamp: string,
  known: Loaded | undefined,
): Pick<Loaded, "config" | "problem"> {
  const lastGood = () => known?.config ?? readLastGood(services) ?? parseConfig("");
  if (stamp === noFile) {
    // Without a file from the start there is nothing to keep.
    if (!known) return { config: parseConfig(""), problem: null };
    return { config: lastGood(), problem: `${path} is gone; the last good one is in force` };
  }
  try {
    const text = readFileSync(path, "utf8");
    const config = parseConfig(text);
    keepLastGood(services, text);
    return { config, problem: null };
  } catch (error) {
    const why = error instanceof ConfigError ? error.message : String(error);
    return { config: lastGood(), problem: `${why} (the last good one is in force)` };
  }
}

const lastGoodPath = ({ env }: Services) => join(env.IFRIT_DATA_DIR, "config.last-good.yaml");

function readLastGood(services: Services): Config | undefined {
  try {
    return parseConfig(readFileSync(lastGoodPath(services), "utf8"));
  } catch {
    return undefined;
  }
}

function keepLastGood(services: Services, text: string): void {
  const path = lastGoodPath(services);
  try {
    writeFileSync(`${path}.part`, text, { mode: 0o600 });
    renameSync(`${path}.part`, path);
  } catch (error) {
    services.log.warn({ err: String(error) }, "the good configuration could not be kept aside");
  }
}
