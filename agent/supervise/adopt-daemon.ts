import type { AgentContext } from "../context.ts";
import type { ActualAgent } from "../plan/actual-agent.ts";
import { type RunRecord, writeRun } from "../plan/run-record.ts";
import type { ProcessStat } from "../platform/process-table.ts";
import { membersOf } from "./members.ts";

/** Between two looks: long enough for the process between a daemon and its starter to end. */
const settleMs = 100;
/** A process in the middle of exec() shows no environment, hence no marker, for a moment. */
const looksMax = 5;
/** On a busy machine /proc shows an end well before we are told how it was. */
const fateMs = 5000;

/**
 * A program that turns itself into a daemon ends well and leaves a process behind: that one is watched
 * from then on, once it was the head of its family at two looks in a row. Children that a crashed
 * program left behind are no daemon; they end with the restart.
 */
export async function adoptDaemon(
  ctx: AgentContext,
  name: string,
  run: RunRecord,
  known = false,
): Promise<RunRecord | null> {
  if (run.bootId !== ctx.bootId) return null;
  if (!known && !(await hasEndedWell(ctx, run))) return null;
  const main = await steadyMain(ctx, name, run);
  if (main === null) return null;
  const adopted = { ...run, pid: main.pid, startTicks: main.startTicks, daemon: true };
  await writeRun(ctx, name, adopted);
  ctx.log.info("the agent has become a daemon", { agent: name, pid: main.pid });
  return adopted;
}

async function hasEndedWell(ctx: AgentContext, run: RunRecord): Promise<boolean> {
  const deadlineMs = ctx.clock.monotonicMs() + fateMs;
  while (ctx.exits.isOwn(run) && ctx.clock.monotonicMs() < deadlineMs) await ctx.clock.sleep(20);
  return ctx.exits.endedWell(run) ?? false;
}

async function steadyMain(
  ctx: AgentContext,
  name: string,
  run: RunRecord,
): Promise<ProcessStat | null> {
  let before: ProcessStat | null = null;
  for (let looks = 0; looks < looksMax; looks++) {
    await ctx.clock.sleep(settleMs);
    const main = mainOf(await membersOf(ctx, name, run));
    if (main !== null && main.pid === before?.pid && main.startTicks === before.startTicks) {
      return main;
    }
    before = main;
  }
  return null;
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
