import type { AgentContext } from "../context.ts";
import type { RunRecord } from "../plan/run-record.ts";
import type { ProcessStat } from "../platform/process-table.ts";
import { ProcessTree } from "./process-tree.ts";
import { hookMarker, instanceMarker } from "./run-environment.ts";

export type MembersContext = Pick<
  AgentContext,
  "processes" | "rootId" | "bootId" | "layout" | "cgroups"
>;

/**
 * Every living process of an agent: its control group, its process group, its session, their descendants,
 * and those that only its marker or their program file betrays. A hook is none, though it may run a file
 * of the package.
 */
export async function membersOf(
  ctx: MembersContext,
  name: string,
  run: RunRecord | null,
): Promise<ProcessStat[]> {
  const { processes } = ctx;
  const marked = await processes.marked(instanceMarker(ctx.rootId, name));
  // A program that shows its own title in ps has written over its environment, marker and all.
  const running = await processes.runningFrom(ctx.layout.agent(name).versions);
  const unmarked = running.filter((pid) => !marked.includes(pid));
  const hooks = unmarked.length === 0 ? [] : await processes.marked(hookMarker(ctx.rootId, name));
  const ours = unmarked.filter((pid) => !hooks.includes(pid));
  const grouped = (await ctx.cgroups?.pids(name)) ?? [];
  const all = await processes.all();
  const leader = run !== null && run.bootId === ctx.bootId ? run : null;
  return new ProcessTree(all).familyOf(leader, [...marked, ...ours, ...grouped]);
}
