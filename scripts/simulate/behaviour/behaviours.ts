import type { FailureReason } from "../../../lib/contract/agent-state.ts";
import type { MachineType } from "../../../lib/contract/machine-type.ts";

/** Something that befalls a share of the machines that take a version. */
export type VersionRule = {
  /** null: any agent of that version. */
  agent: string | null;
  version: string;
  /** 0 … 1 of the machines that take it. */
  share: number;
};

/** What a fleet is like. Shares are 0 … 1 of the machines. */
export type Behaviours = {
  /** Weights of the machine types. */
  types: Partial<Record<MachineType, number>>;
  /** Enrolled, and never seen again. */
  offline: number;
  /** Leave now and then, and come back. */
  comesAndGoes: number;
  /** Everything takes them ten times as long. */
  slow: number;
  /** Agents that run from the beginning, released by nobody. */
  installed: readonly { name: string; version: string }[];
  /** The change to it fails. A reason that shows after the start leads to a rollback on the machine. */
  fails: readonly (VersionRule & { reason: FailureReason | null })[];
  /** It survives its watch, and then exits again and again. */
  crashLoops: readonly VersionRule[];
  /** The machine is never heard of again, within half a minute of the start. */
  goesDark: readonly VersionRule[];
  /** The same, before the machine can tell that it has started it. */
  goesDarkAtOnce: readonly VersionRule[];
  /** Its memory grows for as long as it runs. */
  eatsMemory: readonly VersionRule[];
  /** It takes whole cores. */
  eatsCpu: readonly VersionRule[];
};

export const calmBehaviours: Behaviours = {
  types: { LINUX: 1 },
  offline: 0,
  comesAndGoes: 0,
  slow: 0,
  installed: [],
  fails: [],
  crashLoops: [],
  goesDark: [],
  goesDarkAtOnce: [],
  eatsMemory: [],
  eatsCpu: [],
};
