import type { AgentState } from "../../../lib/contract/agent-state.ts";
import type { MachineType } from "../../../lib/contract/machine-type.ts";
import type { Platform } from "../../../lib/contract/platform.ts";
import type { SimAgent } from "../behaviour/sim-agent.ts";
import type { DesiredDocument } from "./desired-documents.ts";

/**
 * starting: it has no token yet. away: off the net, comes back. offline: off the net from the
 * beginning. dark: something that it runs took it off the net.
 */
export type Presence = "starting" | "online" | "away" | "offline" | "dark";

/** A simulated machine. A hundred thousand of them stand in memory, so everything is kept once. */
export type SimMachine = {
  readonly index: number;
  readonly id: string;
  readonly type: MachineType;
  readonly platform: Platform;
  readonly slow: boolean;
  presence: Presence;
  /** When a machine that comes and goes does so next. */
  presenceDueMs: number;
  darkAtMs: number;
  agents: readonly SimAgent[];
  document: DesiredDocument | null;
  /** The document without the agents that are to be left as they are for now. */
  visible: DesiredDocument | null;
  mayChange: boolean;
  /** What the last move was made for: without news and with nothing due, the next one is left out. */
  movedDocument: DesiredDocument | null;
  movedMayChange: boolean;

  enrolled: boolean;
  token: string | null;
  tokenRenewAtMs: number;
  /** The last number that was used to ask for a token. */
  counter: number;

  polling: boolean;
  pollDueMs: number;
  pollFailures: number;
  /** What the master last asked for, in the wall's time. */
  pollMs: number | null;
  lastCheckInMs: number;

  reporting: boolean;
  reportNotBeforeMs: number;
  reportFailures: number;
  sampleDueMs: number;
  sequence: number;
  /** What the master has acknowledged. */
  reported: readonly AgentState[];
  fullReportWanted: boolean;
  /** Uninstalled, and not yet reported. */
  removed: readonly string[];

  /** Of these agents. */
  digest: string;
  digestOf: readonly SimAgent[] | null;
};

const nothing: readonly never[] = [];
const never = Number.POSITIVE_INFINITY;

export function newMachine(
  given: Pick<SimMachine, "index" | "id" | "type" | "platform" | "slow" | "agents">,
): SimMachine {
  return {
    ...given,
    presence: "starting",
    presenceDueMs: never,
    darkAtMs: never,
    document: null,
    visible: null,
    mayChange: false,
    movedDocument: null,
    movedMayChange: false,
    enrolled: false,
    token: null,
    tokenRenewAtMs: 0,
    counter: 0,
    polling: false,
    pollDueMs: never,
    pollFailures: 0,
    pollMs: null,
    lastCheckInMs: 0,
    reporting: false,
    reportNotBeforeMs: 0,
    reportFailures: 0,
    sampleDueMs: never,
    sequence: 0,
    reported: nothing,
    fullReportWanted: true,
    removed: nothing,
    digest: "",
    digestOf: null,
  };
}

/** Whether the master is to hear something that it has not acknowledged. */
export function hasNews(machine: SimMachine): boolean {
  if (machine.fullReportWanted || machine.removed.length > 0) return true;
  const { agents, reported } = machine;
  return (
    agents.length !== reported.length ||
    agents.some((agent, index) => agent.state !== reported[index])
  );
}
