import type { DesiredAgent } from "../../../lib/contract/desired-state.ts";
import { advanceAgent } from "./advance-agent.ts";
import { darkAfterMs } from "./durations.ts";
import { followDesired, wantsConfirmation } from "./follow-desired.ts";
import type { SimAgent, Surroundings } from "./sim-agent.ts";

/** What a machine should run, by name, once parsed and shared by all machines that have it. */
export type DesiredByName = ReadonlyMap<string, DesiredAgent>;

export type Moved = {
  /** The same array when nothing moved. */
  agents: readonly SimAgent[];
  /** Uninstalled by this move. */
  removed: readonly string[];
  /** When the machine is to go dark because of what it has just started. Infinity: not. */
  darkAtMs: number;
};

const never = Number.POSITIVE_INFINITY;
const nobody: readonly string[] = [];

/** One move of a machine: what time has ended, and then what is to be done about its desired state. */
export function moveOn(
  agents: readonly SimAgent[],
  desired: DesiredByName | null,
  around: Surroundings,
): Moved {
  const next: SimAgent[] = [];
  let removed = nobody;
  let darkAtMs = never;
  for (const agent of agents) {
    const { name } = agent.state;
    const advanced = advanceAgent(agent, around);
    if (!advanced) removed = [...removed, name];
    const followed = desired
      ? followDesired(advanced, desired.get(name) ?? null, around)
      : advanced;
    if (followed) next.push(followed);
    darkAtMs = Math.min(darkAtMs, darknessAfter(agent, advanced, around));
  }
  for (const wanted of desired?.values() ?? [])
    if (!agents.some((agent) => agent.state.name === wanted.name)) {
      const followed = followDesired(null, wanted, around);
      if (followed) next.push(followed);
    }
  const same =
    next.length === agents.length && next.every((agent, index) => agent === agents[index]);
  return { agents: same ? agents : next, removed, darkAtMs };
}

/** Names of agents whose switch or removal waits for the master's word. */
export function waitingForWord(
  agents: readonly SimAgent[],
  desired: DesiredByName | null,
): readonly string[] {
  if (!desired) return nobody;
  let names = nobody;
  for (const agent of agents)
    if (wantsConfirmation(agent, desired.get(agent.state.name) ?? null))
      names = [...names, agent.state.name];
  return names;
}

/** When the next phase ends. */
export function nextDueMs(agents: readonly SimAgent[]): number {
  let dueMs = never;
  for (const agent of agents) if (agent.dueMs < dueMs) dueMs = agent.dueMs;
  return dueMs;
}

/** Whether a machine has arrived: what is desired runs or cannot run, and nothing is under way. */
export function isSettled(agents: readonly SimAgent[]): boolean {
  return agents.every(({ state, dueMs }) => {
    if (state.phase === "failed") return dueMs === never;
    return state.phase === "running" || state.phase === "backoff" || state.phase === "notEligible";
  });
}

/** Whether everything that is desired runs, as ifrit-agent understands it. */
export function isApplied(agents: readonly SimAgent[], desired: DesiredByName): boolean {
  for (const wanted of desired.values()) {
    const state = agents.find((agent) => agent.state.name === wanted.name)?.state;
    if (wanted.want === "absent") {
      if (state) return false;
      continue;
    }
    if (state?.phase === "notEligible") continue;
    if (state?.phase !== "running" || state.version !== wanted.version) return false;
    if (state.releaseId !== wanted.releaseId) return false;
  }
  return true;
}

function darknessAfter(before: SimAgent, after: SimAgent | null, around: Surroundings): number {
  if (after?.state.phase !== "watching" || before.state.phase === "watching") return never;
  const { goesDark } = around.fate(after.state.name, after.state.version ?? "");
  if (!goesDark) return never;
  return around.nowMs + (goesDark === "later" ? around.scaled(darkAfterMs(around.random)) : 0);
}
