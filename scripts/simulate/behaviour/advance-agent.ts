import type { FailureReason } from "../../../lib/contract/agent-state.ts";
import { crashesAfterMs, restartMs, retryMs } from "./durations.ts";
import { type Failure, type SimAgent, type Surroundings, started } from "./sim-agent.ts";

const never = Number.POSITIVE_INFINITY;

/** Failures that show before the switch: nothing has changed, and the change is tried again later. */
const beforeSwitch: readonly FailureReason[] = [
  ...(["download_failed", "digest_mismatch", "signature_invalid", "archive_invalid"] as const),
  ...(["disk_full", "io_error", "no_package", "internal"] as const),
];

/** What time does to an agent: the end of its phase, when that is due. null: it is gone. */
export function advanceAgent(agent: SimAgent, around: Surroundings): SimAgent | null {
  if (agent.dueMs > around.nowMs) return agent;
  switch (agent.state.phase) {
    case "downloading":
      return endDownload(agent, around, null);
    case "verifying":
      return {
        ...agent,
        state: { ...agent.state, phase: "pending" },
        unpacked: agent.state.targetVersion,
        dueMs: never,
      };
    case "switching":
      return startWatch(agent, around);
    case "watching":
      return endWatch(agent, around);
    case "running":
      return exit(agent, around);
    case "backoff":
      return restart(agent, around);
    case "failed":
      return { ...agent, state: { ...agent.state, phase: "pending", failure: null }, dueMs: never };
    case "removing":
      return null;
    default:
      return { ...agent, dueMs: never };
  }
}

/** `reason` is how a real download failed. */
export function endDownload(
  agent: SimAgent,
  around: Surroundings,
  reason: FailureReason | null,
): SimAgent {
  const { name, targetVersion } = agent.state;
  const failure = reason ?? around.fate(name, targetVersion ?? "").failure;
  if (failure !== null && beforeSwitch.includes(failure)) {
    const tries = agent.tries + 1;
    return {
      ...agent,
      state: {
        ...agent.state,
        phase: "failed",
        downloadPercent: null,
        failure: failureOf(failure, targetVersion),
      },
      tries,
      dueMs: around.nowMs + around.scaled(retryMs(tries, around.random)),
    };
  }
  return {
    ...agent,
    state: { ...agent.state, phase: "verifying", downloadPercent: null },
    dueMs: around.nowMs + around.lasts("verifying"),
  };
}

function startWatch(agent: SimAgent, around: Surroundings): SimAgent {
  const { name, targetVersion } = agent.state;
  if (around.fate(name, targetVersion ?? "").failure === "start_failed")
    return rollBack(agent, around, "start_failed");
  return {
    ...agent,
    state: {
      ...agent.state,
      phase: "watching",
      version: targetVersion,
      targetVersion: null,
      restarts: 0,
      ...started(around),
    },
    unpacked: null,
    tries: 0,
    dueMs: around.nowMs + around.lasts("watching"),
  };
}

function endWatch(agent: SimAgent, around: Surroundings): SimAgent {
  const { name, version } = agent.state;
  const { failure, crashLoops } = around.fate(name, version ?? "");
  if (failure !== null) return rollBack(agent, around, failure);
  return {
    ...agent,
    state: { ...agent.state, phase: "running", failure: null },
    from: null,
    dueMs: crashLoops ? around.nowMs + around.scaled(crashesAfterMs(around.random)) : never,
  };
}

/** Back to what ran before; the version is set aside for this release. */
function rollBack(agent: SimAgent, around: Surroundings, reason: FailureReason): SimAgent {
  const { state, from } = agent;
  const version = state.targetVersion ?? state.version;
  const failure = failureOf(reason, version);
  const quarantined = { version: version ?? "", releaseId: state.releaseId ?? 0, failure };
  const stopped = { pid: null, startedAtMs: null };
  return {
    ...agent,
    state: {
      ...state,
      phase: "failed",
      version: from,
      targetVersion: version,
      failure,
      restarts: 0,
      ...(from === null ? stopped : started(around)),
    },
    from: null,
    unpacked: null,
    quarantine: [...agent.quarantine.filter((one) => one.version !== version), quarantined],
    dueMs: never,
  };
}

function exit(agent: SimAgent, around: Surroundings): SimAgent {
  const { state } = agent;
  const tries = agent.tries + 1;
  return {
    ...agent,
    state: {
      ...state,
      phase: "backoff",
      pid: null,
      startedAtMs: null,
      restarts: state.restarts + 1,
      failure: failureOf("exited_early", state.version),
    },
    tries,
    dueMs: around.nowMs + around.scaled(restartMs(tries, around.random)),
  };
}

function restart(agent: SimAgent, around: Surroundings): SimAgent {
  const { state } = agent;
  const { crashLoops } = around.fate(state.name, state.version ?? "");
  return {
    ...agent,
    state: { ...state, phase: "running", failure: null, ...started(around) },
    dueMs: crashLoops ? around.nowMs + around.scaled(crashesAfterMs(around.random)) : never,
  };
}

const messages: Partial<Record<FailureReason, string>> = {
  download_failed: "the connection broke off",
  digest_mismatch: "the bytes are not those of the release",
  disk_full: "no space left on the disk",
  start_failed: "the process could not be started",
  exited_early: "the process exited with code 1",
  liveness_failed: "the liveness probe failed 3 times",
};

function failureOf(reason: FailureReason, version: string | null): Failure {
  return { reason, message: messages[reason] ?? reason, version };
}
