import { createHash } from "node:crypto";
import { readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  identifyProcess,
  isSameProcess,
  type ProcessIdentity,
} from "../system/process-identity.ts";

const graceMs = 10_000;

export type ManagedProcess = { agentName: string; identity: ProcessIdentity };

/**
 * Stops the managed agents of an ifrit-agent that does not run any more. Returns their names. What it
 * wrote of their processes goes too, as after a reboot: otherwise it would count our stop as a crash.
 */
export async function stopManagedAgents(agentRoot: string): Promise<string[]> {
  const running = findManagedProcesses(agentRoot);
  for (const { identity } of running) send(identity, "SIGTERM");
  const deadline = Date.now() + graceMs;
  const left = () => running.filter(({ identity }) => isSameProcess(identity));
  while (left().length > 0 && Date.now() < deadline) await sleep(30);
  for (const { identity } of left()) send(identity, "SIGKILL");
  for (const { agentName } of running) forgetRun(join(agentRoot, "agents", agentName));
  return [...new Set(running.map(({ agentName }) => agentName))];
}

/** ifrit-agent marks every process of an agent, children too, in its environment: "<root's hash>.<agent>." */
export function findManagedProcesses(agentRoot: string): ManagedProcess[] {
  const marker = rootMarker(agentRoot);
  if (marker === null || process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const agentName = agentOf(pid, marker);
      const identity = agentName === null ? null : identifyProcess(Number(pid));
      return agentName !== null && identity ? [{ agentName, identity }] : [];
    });
}

function forgetRun(agentFolder: string): void {
  for (const file of readdirSync(agentFolder))
    if (file.startsWith("run.json")) rmSync(join(agentFolder, file), { force: true });
}

function rootMarker(agentRoot: string): string | null {
  try {
    const hash = createHash("sha256").update(realpathSync(agentRoot)).digest("hex");
    return `IFRIT_AGENT_INSTANCE=${hash.slice(0, 16)}.`;
  } catch {
    return null;
  }
}

function agentOf(pid: string, marker: string): string | null {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
    const found = variables.find((variable) => variable.startsWith(marker));
    return found ? found.slice(marker.length).replace(/\.$/, "") : null;
  } catch {
    return null;
  }
}

function send(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isSameProcess(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
