import type { AgentContext } from "../context.ts";
import type { ActualAgent } from "../plan/actual-agent.ts";
import type { RunRecord } from "../plan/run-record.ts";
import { ifritAgentVersion, selfName } from "../version.ts";

/** This very process, in the words of a managed one. */
export async function readSelfRun(ctx: AgentContext): Promise<RunRecord> {
  const [stat] = await ctx.processes.stat([Deno.pid]);
  return {
    schema: 1,
    pid: Deno.pid,
    startTicks: stat?.startTicks ?? 0,
    bootId: ctx.bootId,
    version: ifritAgentVersion,
    startedAtMs: Math.round(ctx.clock.wallMs()),
    restarts: 0,
    crashes: 0,
  };
}

/** What runs is what counts for ifrit-agent, whether it came as a package or with the first installation. */
export function asSelf(agent: ActualAgent, run: RunRecord): ActualAgent {
  if (agent.name !== selfName) return agent;
  const version = agent.record.change === null ? ifritAgentVersion : agent.record.change.from;
  const installed = agent.installed.find((one) => one.version === version);
  const current = version === null ? null : (installed ?? { version, sha256: "" });
  return { ...agent, current, run, alive: true };
}
