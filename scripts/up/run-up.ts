import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { step } from "../progress.ts";
import { logWhenAlone, say } from "../say.ts";
import { installMissing, type Requirement } from "../system/debian-packages.ts";
import { prepareFolder } from "../system/prepare-folder.ts";
import { releaseProcessLock, takeProcessLock } from "../system/process-lock.ts";
import { readRunningProcess } from "../system/process-record.ts";
import { announceRunning } from "./announce-running.ts";
import { checkPort } from "./check-port.ts";
import { checkAdminPassword, showInventedPassword } from "./first-administrator.ts";
import { type Instance, instanceUrl } from "./instance.ts";
import type { KeptAlive } from "./keep-alive.ts";
import { mariaDbRequirement, redisRequirement } from "./requirements.ts";
import { startAll } from "./start-all.ts";
import { stopLeftovers } from "./stop-leftovers.ts";
import { untilAborted } from "./stop-signal.ts";

export type Addition = {
  /** What else belongs to an instance before it is ready. What it starts is pushed, to be stopped with the rest. */
  fill: (started: KeptAlive[]) => Promise<void>;
  /** What stops it when it runs in the background. */
  stopCommand: string;
};

/** Brings an instance up, keeps it up until `signal`, and then takes down all that it started. */
export async function runUp(
  instance: Instance,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  add?: Addition,
): Promise<void> {
  const running = readRunningProcess(instance.lockFile);
  if (running) return announceRunning(instance, running);
  checkAdminPassword(env);
  await stopLeftovers(instance, { managedAgents: false });
  await checkPort(instance.host, instance.port);
  prepareFolder(instance.folders.run);
  prepareFolder(instance.folders.logs);
  logWhenAlone(join(instance.folders.logs, "up.log"));
  const holder = takeProcessLock(instance.lockFile);
  if (holder) return announceRunning(instance, holder);
  rmSync(instance.readyFile, { force: true });
  const started: KeptAlive[] = [];
  try {
    // Not to be cut short: a package manager that is killed leaves its packages half-installed.
    await step("programs that are needed", () => installMissing(requirements(env)));
    await Promise.race([bringUp(instance, env, started, add), untilAborted(signal)]);
    await untilAborted(signal);
  } finally {
    rmSync(instance.readyFile, { force: true });
    await takeDown(instance, started);
    releaseProcessLock(instance.lockFile);
  }
}

async function bringUp(
  instance: Instance,
  env: NodeJS.ProcessEnv,
  started: KeptAlive[],
  add?: Addition,
): Promise<void> {
  await startAll(instance, env, started);
  await add?.fill(started);
  const url = instanceUrl(instance);
  writeFileSync(`${instance.readyFile}.part`, url);
  renameSync(`${instance.readyFile}.part`, instance.readyFile);
  showInventedPassword(instance.dataDir);
  const stopCommand = add?.stopCommand ?? "npm run down";
  say(`  Ctrl-C stops it (${stopCommand}, when it runs in the background). Data are kept.`);
  say(`ready ${url}`);
}

function requirements(env: NodeJS.ProcessEnv): Requirement[] {
  return [
    ...(env.DATABASE_URL ? [] : [mariaDbRequirement]),
    ...(env.REDIS_URL ? [] : [redisRequirement]),
  ];
}

async function takeDown(instance: Instance, started: KeptAlive[]): Promise<void> {
  say("Stopping …");
  for (const one of started.reverse()) await one.stop();
  // What was just being started when the order to stop came is known by its record only.
  await stopLeftovers(instance, { managedAgents: true });
  say("✓ stopped");
}
