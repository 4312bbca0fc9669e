import type { DesiredAgent } from "../../../lib/contract/desired-state.ts";
import { newAgent, type SimAgent, type Surroundings, withState } from "./sim-agent.ts";

type Present = Extract<DesiredAgent, { want: "present" }>;

const never = Number.POSITIVE_INFINITY;
const underWay = new Set(["switching", "watching", "removing"]);

/**
 * What an agent does about what is desired, by ifrit-agent's rules: a change begins only when it is
 * allowed, a switch only when it was confirmed just now, and a switch under way is ended first.
 * null: there is nothing of it on the machine.
 */
export function followDesired(
  agent: SimAgent | null,
  desired: DesiredAgent | null,
  around: Surroundings,
): SimAgent | null {
  if (agent && underWay.has(agent.state.phase)) return agent;
  if (!desired) return agent && settle(agent);
  if (desired.want === "absent") return agent && leave(agent, desired, around);
  return take(agent ?? newAgent(desired.name), desired, around);
}

/** Whether the agent waits for the master's word right before its switch or removal. */
export function wantsConfirmation(agent: SimAgent, desired: DesiredAgent | null): boolean {
  if (agent.state.phase !== "pending" || !desired) return false;
  if (desired.want === "absent") return agent.state.version !== null;
  return agent.unpacked !== null && agent.unpacked === desired.version;
}

/** Nobody desires anything of it: it stays as it is, and a change that has not switched is dropped. */
function settle(agent: SimAgent): SimAgent | null {
  if (agent.state.version === null) return null;
  const { phase } = agent.state;
  if (phase === "running" || phase === "backoff") return agent;
  return drop(agent, { phase: "running", targetVersion: null, failure: null });
}

function leave(
  agent: SimAgent,
  { releaseId }: DesiredAgent,
  around: Surroundings,
): SimAgent | null {
  if (agent.state.version === null) return null;
  const { name } = agent.state;
  const waiting = drop(agent, { phase: "pending", releaseId, targetVersion: null, failure: null });
  if (!around.mayChange || !around.confirmed.has(name)) return waiting;
  return {
    ...waiting,
    state: { ...waiting.state, phase: "removing" },
    dueMs: around.nowMs + around.lasts("removing"),
  };
}

function take(agent: SimAgent, desired: Present, around: Surroundings): SimAgent {
  const { state } = agent;
  const { version, releaseId } = desired;
  const pkg = desired.packages[around.platform];
  if (!pkg)
    return drop(agent, { phase: "notEligible", releaseId, targetVersion: null, failure: null });
  if (state.version === version) return adopt(agent, releaseId);
  const refused = agent.quarantine.find(
    (one) => one.version === version && one.releaseId >= releaseId,
  );
  if (refused)
    return drop(agent, {
      phase: "failed",
      targetVersion: version,
      releaseId,
      failure: refused.failure,
    });
  const same = state.targetVersion === version && state.releaseId === releaseId;
  if (same && (state.phase === "downloading" || state.phase === "verifying")) return agent;
  if (same && state.phase === "failed" && agent.dueMs > around.nowMs) return agent;
  return begin(agent, desired, pkg.size, around);
}

function begin(
  agent: SimAgent,
  { name, version, releaseId }: Present,
  sizeBytes: number,
  around: Surroundings,
): SimAgent {
  const isUnpacked = agent.unpacked === version;
  const target = { targetVersion: version, releaseId, failure: null, downloadPercent: null };
  const again = agent.state.releaseId === releaseId ? agent : { ...agent, tries: 0 };
  const idle = agent.tries === 0 ? agent : again;
  const waiting = drop(idle, { ...target, phase: "pending" }, isUnpacked ? version : null);
  if (!around.mayChange) return waiting;
  if (!isUnpacked)
    return {
      ...waiting,
      state: { ...waiting.state, phase: "downloading", downloadPercent: 0 },
      dueMs: around.nowMs + around.lasts("downloading", sizeBytes),
    };
  if (!around.confirmed.has(name)) return waiting;
  return {
    ...waiting,
    state: { ...waiting.state, phase: "switching" },
    from: agent.state.version,
    dueMs: around.nowMs + around.lasts("switching"),
  };
}

/** It has the version already: it belongs to that release from now on. */
function adopt(agent: SimAgent, releaseId: number): SimAgent {
  const { phase } = agent.state;
  if (agent.state.releaseId === releaseId && (phase === "running" || phase === "backoff"))
    return agent;
  if (phase === "backoff") return withState(agent, { releaseId });
  const kept = phase === "running" ? agent : { ...agent, unpacked: null, dueMs: never };
  return withState(kept, {
    ...{ phase: "running", releaseId, targetVersion: null, failure: null, downloadPercent: null },
  });
}

/** Nothing is under way any more; what is unpacked stays only when it is named. */
function drop(
  agent: SimAgent,
  state: Partial<SimAgent["state"]>,
  unpacked: string | null = null,
): SimAgent {
  const idle =
    agent.dueMs === never && agent.unpacked === unpacked
      ? agent
      : { ...agent, dueMs: never, unpacked };
  return withState(idle, { downloadPercent: null, ...state });
}
