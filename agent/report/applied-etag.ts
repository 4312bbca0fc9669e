import type { AgentState } from "@contract/agent-state.ts";
import type { DesiredAgent } from "@contract/desired-state.ts";
import type { KnownDesired } from "../poll/desired-store.ts";

/** The ETag of the desired state once the machine is wholly in it; null as long as something is to be done. */
export function appliedEtag(
  known: KnownDesired | null,
  states: readonly AgentState[],
): string | null {
  if (known === null) return null;
  const byName = new Map(states.map((state) => [state.name, state]));
  return known.state.agents.every((agent) => isApplied(agent, byName.get(agent.name)))
    ? known.etag
    : null;
}

function isApplied(desired: DesiredAgent, state: AgentState | undefined): boolean {
  if (desired.want === "absent") return state === undefined;
  if (state?.phase === "notEligible") return true;
  return (
    state?.phase === "running" &&
    state.version === desired.version &&
    state.releaseId === desired.releaseId
  );
}
