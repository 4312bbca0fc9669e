import type { AgentContext } from "../context.ts";
import type { RunRecord } from "../plan/run-record.ts";
import type { ProcessIdentity, ProcessStat } from "../platform/process-table.ts";
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
  return familyOf(all, leader, new Set([...marked, ...ours, ...grouped]));
}

/**
 * The processes that belong together. A group or session number counts only while its leader's pid has
 * not been taken by a process that started later than the leader did.
 */
export function familyOf(
  all: readonly ProcessStat[],
  leader: ProcessIdentity | null,
  marked: ReadonlySet<number> = new Set(),
): ProcessStat[] {
  const taken =
    leader !== null &&
    all.some((one) => one.pid === leader.pid && one.startTicks !== leader.startTicks);
  const root = taken ? null : leader;
  const family = new Set<number>(marked);
  const belongs = (one: ProcessStat) =>
    family.has(one.pid) ||
    family.has(one.parentPid) ||
    (root !== null && [one.pid, one.groupId, one.sessionId].includes(root.pid));
  for (let before = -1; before !== family.size; ) {
    before = family.size;
    for (const one of all) if (belongs(one)) family.add(one.pid);
  }
  return all.filter((one) => family.has(one.pid) && one.state !== "Z" && one.state !== "X");
}
