import type { AgentPhase, AgentState } from "@contract/agent-state.ts";
import type { DesiredAgent } from "@contract/desired-state.ts";
import type { Platform } from "@contract/platform.ts";
import { oomKillText } from "../cgroup/parse-usage.ts";
import type { ActualAgent } from "../plan/actual-agent.ts";
import type { Failure } from "../plan/agent-record.ts";
import { isQuarantined } from "../plan/is-quarantined.ts";
import type { Sample } from "../supervise/cpu-sampler.ts";

/** A step under way, as a console shows it. */
export interface Activity {
  phase: Extract<AgentPhase, "downloading" | "verifying" | "switching" | "watching" | "removing">;
  targetVersion: string | null;
  releaseId: number | null;
  downloadPercent: number | null;
}

export interface Observed {
  actual: ActualAgent;
  desired: DesiredAgent | null;
  platform: Platform;
  activity: Activity | null;
  sample: Sample | null;
  /** A failure that could not be written to disk. */
  unwrittenFailure: Failure | null;
}

/** How one agent stands, from what was read and what is under way. Null: nothing to tell of it. */
export function deriveAgentState(observed: Observed): AgentState | null {
  const { actual, desired, activity } = observed;
  if (!actual.onDisk && activity === null && desired?.want !== "present") return null;
  const state = { ...facts(observed), ...standing(observed) };
  return state.targetVersion === state.version ? { ...state, targetVersion: null } : state;
}

function facts({ actual, sample }: Observed): AgentState {
  const { name, current, record, run, alive } = actual;
  return {
    name,
    phase: "running",
    version: current?.version ?? null,
    targetVersion: null,
    releaseId: record.releaseId,
    pid: alive ? (run?.pid ?? null) : null,
    startedAtMs: alive ? (run?.startedAtMs ?? null) : null,
    restarts: run?.restarts ?? 0,
    cpuPercent: alive ? (sample?.cpuPercent ?? null) : null,
    rssBytes: alive ? (sample?.rssBytes ?? null) : null,
    downloadPercent: null,
    failure: null,
    ...(record.lastRepair === undefined ? {} : { lastRepair: record.lastRepair }),
  };
}

type Standing = Partial<AgentState> & Pick<AgentState, "phase">;

function standing(observed: Observed): Standing {
  const { actual, desired, activity, platform } = observed;
  const { current } = actual;
  if (activity !== null) {
    return { ...activity, releaseId: activity.releaseId ?? observed.actual.record.releaseId };
  }
  // Begun by an ifrit-agent before this one, or being undone: `current` and the process say nothing yet.
  const { change } = actual.record;
  if (change !== null) {
    return { phase: "switching", targetVersion: change.to, releaseId: change.releaseId };
  }
  if (desired?.want === "present") {
    const { releaseId, version } = desired;
    if (desired.packages[platform] === undefined) return { phase: "notEligible", releaseId };
    if (current?.version !== version) return onTheWay(observed, version, releaseId);
  }
  if (desired?.want === "absent") return { phase: "pending", releaseId: desired.releaseId };
  return settled(observed);
}

/** The machine has another version than it should: it waits, or the wanted one failed here. */
function onTheWay(observed: Observed, version: string, releaseId: number): Standing {
  const { record } = observed.actual;
  const quarantined = record.quarantine.find((one) => one.version === version);
  const refused = isQuarantined(observed.actual, version, releaseId)
    ? (quarantined?.failure ?? null)
    : null;
  const failure = refused ?? relevant(observed.unwrittenFailure ?? record.failure, version);
  return {
    phase: failure === null ? "pending" : "failed",
    targetVersion: version,
    releaseId,
    failure,
  };
}

function relevant(failure: Failure | null, version: string): Failure | null {
  return failure?.version === version ? failure : null;
}

function settled(observed: Observed): Standing {
  const { current, record, alive, run } = observed.actual;
  const recorded = observed.unwrittenFailure ?? record.failure;
  if (current === null)
    return { phase: recorded === null ? "pending" : "failed", failure: recorded };
  const failure = relevant(recorded, current.version);
  if (failure !== null) return { phase: "failed", failure };
  if (alive && run?.version !== current.version) return { phase: "switching" };
  if (alive) return { phase: "running", failure: record.note ?? null };
  return { phase: "backoff", failure: run === null ? null : exitOf(observed.actual, run.version) };
}

function exitOf({ oomKill }: ActualAgent, version: string): Failure {
  if (oomKill) return { reason: "over_budget", message: oomKillText(oomKill), version };
  const message = "the process ended by itself and is being restarted";
  return { reason: "exited_early", message, version };
}
