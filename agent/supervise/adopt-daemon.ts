import type { AgentContext } from "../context.ts";
import type { ActualAgent } from "../plan/actual-agent.ts";
import { type RunRecord, writeRun } from "../plan/run-record.ts";
import type { ProcessStat } from "../platform/process-table.ts";
import { membersOf } from "./members.ts";

/** Long enough for the exit to be known, and for the process between a daemon and its starter to end. */
const settleMs = 100;

/**
 * A program that turns itself into a daemon ends well and leaves a process behind: that one is watched
 * from then on. Children that a crashed program left behind are no daemon; they end with the restart.
 */
export async function adoptDaemon(
  ctx: AgentContext,
  name: string,
  run: RunRecord,
  known = false,
): Promise<RunRecord | null> {
  if (run.bootId !== ctx.bootId) return null;
  await ctx.clock.sleep(settleMs);
  if (!known && !ctx.exits.endedWell(run)) return null;
  const main = mainOf(await membersOf(ctx, name, run));
  if (main === null) return null;
  const adopted = { ...run, pid: main.pid, startTicks: main.startTicks, daemon: true };
  await writeRun(ctx, name, adopted);
  ctx.log.info("the agent has become a daemon", { agent: name, pid: main.pid });
  return adopted;
}

/** The eldest process whose parent is not of the family. */
export function mainOf(family: readonly ProcessStat[]): ProcessStat | null {
  const pids = new Set(family.map((one) => one.pid));
  const heads = family.filter((one) => !pids.has(one.parentPid));
  return heads.toSorted((a, b) => a.startTicks - b.startTicks || a.pid - b.pid)[0] ?? null;
}

/** The agent as it is once a daemon that it left behind is taken into account. */
export async function withDaemon(ctx: AgentContext, agent: ActualAgent): Promise<ActualAgent> {
  if (agent.alive || agent.run === null || agent.current === null) return agent;
  const run = await adoptDaemon(ctx, agent.name, agent.run);
  return run === null ? agent : { ...agent, run, alive: true };
}
