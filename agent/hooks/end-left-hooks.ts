import type { AgentContext } from "../context.ts";
import { agentsOnDisk } from "../plan/read-actual.ts";
import { hookMarker } from "../supervise/run-environment.ts";

const looksMax = 50;

/** The control group of an agent's hooks. */
export function hookGroup(name: string): string {
  return `${name}.hook`;
}

/** Kills what still runs of an agent's hooks. */
export async function endLeftHooks(ctx: AgentContext, name: string): Promise<void> {
  await ctx.cgroups?.kill(hookGroup(name));
  await killMarked(ctx, hookMarker(ctx.rootId, name));
  await ctx.cgroups?.remove(hookGroup(name));
}

/** At the start of ifrit-agent: one that was killed in the middle of a hook cannot have ended it. */
export async function endAllLeftHooks(ctx: AgentContext): Promise<void> {
  for (const name of await agentsOnDisk(ctx)) await ctx.cgroups?.kill(hookGroup(name));
  await killMarked(ctx, hookMarker(ctx.rootId));
}

async function killMarked(ctx: AgentContext, marker: string): Promise<void> {
  for (let look = 0; look < looksMax; look++) {
    const stats = await ctx.processes.stat(await ctx.processes.marked(marker));
    const living = stats.filter((one) => one.state !== "Z" && one.state !== "X");
    if (living.length === 0) return;
    await ctx.processes.signal("KILL", living);
    await ctx.clock.sleep(20);
  }
  ctx.log.warn("processes of a hook survive SIGKILL", { marker });
}
