import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A managed agent's process as the kernel shows it, not as anybody reports it. */
export type ManagedAgent = {
  version: string;
  pid: number;
  startTicks: number;
  commandLine: string[];
};

/** null: it does not run. */
export function readManagedAgent(agentRoot: string, name: string): ManagedAgent | null {
  try {
    const run = JSON.parse(readFileSync(join(agentFolder(agentRoot, name), "run.json"), "utf8"));
    const stat = readFileSync(`/proc/${run.pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || Number(fields[19]) !== run.startTicks) return null;
    const commandLine = readFileSync(`/proc/${run.pid}/cmdline`, "utf8").split("\0").slice(0, -1);
    return { version: run.version, pid: run.pid, startTicks: run.startTicks, commandLine };
  } catch {
    return null;
  }
}

export function agentFolder(agentRoot: string, name: string): string {
  return join(agentRoot, "agents", name);
}

export function isInstalled(agentRoot: string, name: string): boolean {
  return existsSync(agentFolder(agentRoot, name));
}

/** A switch to another version is under way. */
export function isSwitching(agentRoot: string, name: string): boolean {
  try {
    const text = readFileSync(join(agentFolder(agentRoot, name), "record.json"), "utf8");
    return JSON.parse(text).change !== null;
  } catch {
    return false;
  }
}

/** Command lines of running processes that name a folder. */
export function processesUnder(folder: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      } catch {
        return "";
      }
    })
    .filter((commandLine) => commandLine.includes(folder));
}
