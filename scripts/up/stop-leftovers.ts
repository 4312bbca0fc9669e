import { existsSync } from "node:fs";
import { join } from "node:path";
import { isSameProcess } from "../system/process-identity.ts";
import { readProcessRecord, removeProcessRecord } from "../system/process-record.ts";
import { endSession } from "../system/process-session.ts";
import { stopProcess } from "../system/stop-process.ts";
import type { Instance } from "./instance.ts";
import { stopManagedAgents } from "./stop-managed-agents.ts";

const graceMs = 15_000;

/** The records of what an instance starts, in the order in which it is to be stopped. */
export function daemonRecords(instance: Instance): Record<string, string> {
  const { folders } = instance;
  return {
    "ifrit-agent": join(folders.run, "ifrit-agent.process.json"),
    server: join(folders.run, "server.process.json"),
    Redis: join(folders.redis, "redis.process.json"),
    MariaDB: join(folders.mariaDb, "mariadb.process.json"),
  };
}

/**
 * Stops what a supervisor left running that was itself killed. Returns the names. Managed agents go
 * on unless asked for: the next ifrit-agent adopts them.
 */
export async function stopLeftovers(
  instance: Instance,
  options: { managedAgents: boolean },
): Promise<string[]> {
  const stopped: string[] = [];
  for (const [name, file] of Object.entries(daemonRecords(instance))) {
    const recorded = readProcessRecord(file);
    if (recorded && isSameProcess(recorded)) {
      await stopProcess(recorded, graceMs);
      stopped.push(name);
    }
    if (recorded) await endSession(recorded, graceMs);
    if (existsSync(file)) removeProcessRecord(file);
    if (name === "ifrit-agent" && options.managedAgents)
      stopped.push(...(await stopManagedAgents(instance.folders.agent)));
  }
  return stopped;
}
