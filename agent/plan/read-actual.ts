import type { AgentContext } from "../context.ts";
import { readCurrent } from "../install/current-link.ts";
import type { AgentLayout } from "../layout.ts";
import { isNotFound, readJson } from "../platform/durable-file.ts";
import type { ProcessStat } from "../platform/process-table.ts";
import { type ActualAgent, emptyActual, type InstalledVersion } from "./actual-agent.ts";
import { emptyRecord, readRecord, VersionOrigin } from "./agent-record.ts";
import { type RunRecord, readRun } from "./run-record.ts";

/** Reads from disk and /proc what is there now, for the agents on disk and for those named. */
export async function readActual(
  ctx: AgentContext,
  names: Iterable<string>,
): Promise<ActualAgent[]> {
  const all = new Set([...(await agentsOnDisk(ctx)), ...names]);
  const agents: Omit<ActualAgent, "oomKill">[] = [];
  // One after the other: side by side, Deno would start a thread for each of a hundred short reads.
  for (const name of [...all].sort()) agents.push(await readAgent(ctx, name));
  const pids = agents.map((agent) => agent.run?.pid).filter((pid) => pid !== undefined);
  const stats = new Map((await ctx.processes.stat(pids)).map((stat) => [stat.pid, stat]));
  const read = agents.map((agent) => ({
    ...agent,
    alive: isAlive(agent.run, stats, ctx.bootId),
  }));
  const ended = read.filter((agent) => !agent.alive && agent.run?.cgroup !== undefined);
  const kills = await ctx.cgroups?.oomKills(ended.map((agent) => agent.name));
  return read.map((agent) => ({ ...agent, oomKill: kills?.get(agent.name) ?? null }));
}

export function isAlive(
  run: RunRecord | null,
  stats: ReadonlyMap<number, ProcessStat>,
  bootId: string,
): boolean {
  if (run === null || run.bootId !== bootId) return false;
  const stat = stats.get(run.pid);
  return (
    stat !== undefined &&
    stat.startTicks === run.startTicks &&
    stat.state !== "Z" &&
    stat.state !== "X"
  );
}

export async function agentsOnDisk(ctx: AgentContext): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(ctx.layout.agents)) {
    if (entry.isDirectory && !entry.name.startsWith(".")) names.push(entry.name);
  }
  return names;
}

async function readAgent(ctx: AgentContext, name: string): Promise<ActualAgent> {
  const layout = ctx.layout.agent(name);
  const installed = await readInstalled(layout);
  if (installed === null) return emptyActual(name, emptyRecord);
  const record = await readRecord(layout);
  const run = await readRun(ctx, name);
  const link = await readCurrent(layout);
  const current = installed.find((one) => one.version === link) ?? null;
  return { name, onDisk: true, current, installed, record, run, alive: false };
}

/** Null when the agent has no folder at all. A version folder without its origin was not published whole. */
async function readInstalled(layout: AgentLayout): Promise<InstalledVersion[] | null> {
  const installed: InstalledVersion[] = [];
  try {
    for await (const entry of Deno.readDir(layout.versions)) {
      const origin = await readJson(`${layout.versions}/${entry.name}/origin.json`, VersionOrigin);
      if (origin !== null) installed.push({ version: entry.name, sha256: origin.sha256 });
    }
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return (await exists(layout.dir)) ? [] : null;
  }
  return installed;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(
    () => true,
    (error) => {
      if (isNotFound(error)) return false;
      throw error;
    },
  );
}
