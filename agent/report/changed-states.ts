import type { AgentState } from "@contract/agent-state.ts";

/** The states that differ from those the master has. CPU and memory alone are no change, unless samples are due. */
export function changedStates(
  known: readonly AgentState[],
  now: readonly AgentState[],
  samplesDue: boolean,
): AgentState[] {
  const before = new Map(known.map((state) => [state.name, keyOf(state, samplesDue)]));
  return now.filter((state) => before.get(state.name) !== keyOf(state, samplesDue));
}

function keyOf(state: AgentState, withSamples: boolean): string {
  return JSON.stringify(withSamples ? state : { ...state, cpuPercent: null, rssBytes: null });
}
