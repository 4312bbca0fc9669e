import type { AgentState, FailureReason } from "../../../lib/contract/agent-state.ts";
import type { Platform } from "../../../lib/contract/platform.ts";
import type { TimedPhase } from "./durations.ts";
import type { Fate } from "./fate.ts";
import type { Random } from "./random.ts";

export type Failure = { reason: FailureReason; message: string; version: string | null };

/** A version that failed on this machine: not taken again until a later release wants it. */
export type Quarantined = { version: string; releaseId: number; failure: Failure };

/** One managed agent on one machine. Never changed: a move makes a new one. */
export type SimAgent = {
  /** As it is reported, but for samples. The same object for as long as nothing is to report. */
  readonly state: AgentState;
  /** When the phase ends by itself. Infinity: it does not. */
  readonly dueMs: number;
  /** What ran before the change under way. */
  readonly from: string | null;
  /** The version that is installed and waits for the switch. */
  readonly unpacked: string | null;
  readonly quarantine: readonly Quarantined[];
  /** Failed tries, or exits, in a row. */
  readonly tries: number;
};

/** What the next move of an agent depends on, besides itself and what is desired. */
export type Surroundings = {
  nowMs: number;
  platform: Platform;
  /** The master lets this machine change. */
  mayChange: boolean;
  /** Agents whose switch the master has just agreed to. */
  confirmed: ReadonlySet<string>;
  /** Milliseconds, by the clock of nowMs; Infinity: somebody else ends it. */
  lasts: (phase: TimedPhase, sizeBytes?: number) => number;
  /** Machine time → time of nowMs. */
  scaled: (ms: number) => number;
  fate: (agent: string, version: string) => Fate;
  random: Random;
};

const none: readonly Quarantined[] = [];

export function newAgent(name: string): SimAgent {
  return {
    state: {
      name,
      phase: "pending",
      version: null,
      targetVersion: null,
      releaseId: null,
      pid: null,
      startedAtMs: null,
      restarts: 0,
      cpuPercent: null,
      rssBytes: null,
      downloadPercent: null,
      failure: null,
    },
    dueMs: Number.POSITIVE_INFINITY,
    from: null,
    unpacked: null,
    quarantine: none,
    tries: 0,
  };
}

/** The same agent when nothing of it would be told differently. */
export function withState(agent: SimAgent, changes: Partial<AgentState>): SimAgent {
  const { state } = agent;
  const differs = (Object.keys(changes) as (keyof AgentState)[]).some(
    (key) => state[key] !== changes[key],
  );
  return differs ? { ...agent, state: { ...state, ...changes } } : agent;
}

/** A process that has just been started. */
export function started({ nowMs, random }: Pick<Surroundings, "nowMs" | "random">) {
  return { pid: 300 + Math.floor(random() * 4_000_000), startedAtMs: Math.round(nowMs) };
}
