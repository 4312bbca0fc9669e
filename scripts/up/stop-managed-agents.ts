import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import {
  identifyProcess,
  isSameProcess,
  type ProcessIdentity,
} from "../system/process-identity.ts";

const graceMs = 10_000;

/** What ifrit-agent writes of a managed agent's process in agents/<name>/run.json. */
const RunFile = z.object({
  pid: z.number().int().positive(),
  startTicks: z.number().int().nonnegative(),
  bootId: z.string(),
});

/** Stops the managed agents of an ifrit-agent that does not run any more. Returns their names. */
export async function stopManagedAgents(agentRoot: string): Promise<string[]> {
  const running = runningAgents(agentRoot);
  for (const { identity } of running) signalGroup(identity, "SIGTERM");
  const deadline = Date.now() + graceMs;
  const left = () => running.filter(({ identity }) => isSameProcess(identity));
  while (left().length > 0 && Date.now() < deadline) await sleep(30);
  for (const { identity } of left()) signalGroup(identity, "SIGKILL");
  return running.map(({ name }) => name);
}

export function runningAgents(agentRoot: string): { name: string; identity: ProcessIdentity }[] {
  return listFolders(join(agentRoot, "agents")).flatMap((name) => {
    const identity = readRunFile(join(agentRoot, "agents", name, "run.json"));
    return identity && isSameProcess(identity) ? [{ name, identity }] : [];
  });
}

function readRunFile(file: string): ProcessIdentity | null {
  try {
    const run = RunFile.parse(JSON.parse(readFileSync(file, "utf8")));
    return { pid: run.pid, startedAt: `${run.bootId}:${run.startTicks}` };
  } catch {
    return null;
  }
}

function listFolders(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** Each managed agent leads a process group of its own. */
function signalGroup(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (identifyProcess(identity.pid)?.startedAt !== identity.startedAt) return;
  try {
    process.kill(-identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
