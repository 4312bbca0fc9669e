import { createHash } from "node:crypto";
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
  /** When the file, as it is now, was written or found to be gone; null: there was never one. */
  changedAtMs: number | null;
  inForce: InForce | null;
  checkedAtMs: number;
};

/** What is in force, told by its text: since when, and its sha256. null: there was never a file. */
type InForce = { sinceMs: number; sha256: string };

export type CurrentConfig = Pick<Loaded, "config" | "problem" | "changedAtMs" | "inForce"> & {
  isPresent: boolean;
};

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
  const loaded = {
    ...load(services, path, stamp, known),
    ...{ stamp, checkedAtMs: nowMs, changedAtMs: writtenAtMs(path) ?? (known ? nowMs : null) },
  };
  if (loaded.problem) services.log.error({ file: path }, `configuration: ${loaded.problem}`);
  else if (known) services.log.info({ file: path }, "configuration: the new one is in force");
  all.set(path, loaded);
  return shown(loaded);
}

const shown = ({ config, problem, stamp, changedAtMs, inForce }: Loaded): CurrentConfig => ({
  ...{ config, problem, changedAtMs, inForce, isPresent: stamp !== noFile },
});

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.ino} ${stat.size} ${stat.mtimeMs}` : noFile;
}

function writtenAtMs(path: string): number | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? Math.round(stat.mtimeMs) : null;
}

type Outcome = Pick<Loaded, "config" | "problem" | "inForce">;

function load(services: Services, path: string, stamp: string, known: Loaded | undefined): Outcome {
  if (stamp === noFile) {
    // Without a file from the start there is nothing to keep.
    if (!known) return nothing;
    return { ...known, problem: `${path} is gone; the last good one is in force` };
  }
  try {
    const text = readFileSync(path, "utf8");
    const config = parseConfig(text);
    return { config, problem: null, inForce: keepLastGood(services, text) };
  } catch (error) {
    const why = error instanceof ConfigError ? error.message : String(error);
    const lastGood = known ?? readLastGood(services) ?? nothing;
    return { ...lastGood, problem: `${why} (the last good one is in force)` };
  }
}

const nothing: Outcome = { config: parseConfig(""), problem: null, inForce: null };

const lastGoodPath = ({ env }: Services) => join(env.IFRIT_DATA_DIR, "config.last-good.yaml");

function readLastGood(services: Services): Outcome | undefined {
  try {
    const text = readFileSync(lastGoodPath(services), "utf8");
    return { config: parseConfig(text), problem: null, inForce: inForceOf(services, text) };
  } catch {
    return undefined;
  }
}

/** Written only when it is another one, so that its time is when it came into force. */
function keepLastGood(services: Services, text: string): InForce {
  const path = lastGoodPath(services);
  try {
    if (readIfThere(path) !== text) {
      writeFileSync(`${path}.part`, text, { mode: 0o600 });
      renameSync(`${path}.part`, path);
    }
    return inForceOf(services, text);
  } catch (error) {
    services.log.warn({ err: String(error) }, "the good configuration could not be kept aside");
    return { sinceMs: Date.now(), sha256: sha256Of(text) };
  }
}

function readIfThere(path: string): string | undefined {
  return statSync(path, { throwIfNoEntry: false }) && readFileSync(path, "utf8");
}

function inForceOf(services: Services, text: string): InForce {
  return { sinceMs: Math.round(statSync(lastGoodPath(services)).mtimeMs), sha256: sha256Of(text) };
}

const sha256Of = (text: string) => createHash("sha256").update(text).digest("hex");
