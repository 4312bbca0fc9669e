import type { AgentState } from "../../../lib/contract/agent-state.ts";
import type { Random } from "../behaviour/random.ts";
import type { MasterClient } from "../http/master-client.ts";
import type { DesiredDocuments } from "../machine/desired-documents.ts";
import type { SimMachine } from "../machine/sim-machine.ts";
import type { StateDigests } from "../machine/state-digests.ts";
import type { ResolvedOptions } from "./fleet-options.ts";
import type { MachineSurroundings } from "./machine-surroundings.ts";
import type { Tally } from "./tally.ts";
import type { TimerWheel } from "./timer-wheel.ts";

export type DownloadQueue = {
  running: number;
  waiting: (() => Promise<void>)[];
  /** States of agents whose download was begun. */
  begun: WeakSet<AgentState>;
};

/** Everything that a running fleet shares. */
export type World = {
  options: ResolvedOptions;
  client: MasterClient;
  machines: readonly SimMachine[];
  wheel: TimerWheel;
  documents: DesiredDocuments;
  digests: StateDigests;
  tally: Tally;
  random: Random;
  surroundings: MachineSurroundings;
  now: () => number;
  /** Known once a machine was enrolled. */
  clusterId: string | null;
  downloads: DownloadQueue;
  /** Does what is due on a machine, and sets its timer. */
  attend: (machine: SimMachine) => void;
  stopping: AbortSignal;
  /** Ends the fleet: it cannot go on. */
  fail: (error: Error) => void;
};

/** The machine's time → the wall's. */
export function scaled(world: World, ms: number): number {
  return ms / world.options.timeScale;
}
