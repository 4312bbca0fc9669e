import type { LastRefusal } from "../contract/change-control.ts";
import type { ChangeRules, Freeze, Hold } from "../contract/change-rules.ts";
import type { ReleaseState } from "../contract/release-state.ts";
import type { MarkedVersion } from "../known-bad/marks.ts";
import type { MachineQueue } from "./read-known-machine.ts";

/** All that keeps machines from changing now, as it stood at one moment. */
export type ChangePolicy = {
  freezes: readonly Freeze[];
  holds: readonly Hold[];
  /** By cluster id; a cluster without any is missing. */
  rules: ReadonlyMap<string, ChangeRules>;
  /** Releases that machines must not begin to follow, by stoppedKey. */
  stopped: ReadonlyMap<string, ReleaseState>;
  /** Versions that machines come away from as by a rollback, by rolledBackKey. */
  rolledBack: ReadonlySet<string>;
  /** Versions that no machine is to be changed to, by versionKey. */
  knownBad: ReadonlyMap<string, readonly MarkedVersion[]>;
};

export type NotedRefusal = { refusal: LastRefusal; text: string; writtenAtMs: number };

/**
 * What a master process holds in memory to answer "may this machine change now?". Plain data: the
 * fast lane and Next's bundles share it across module copies.
 */
export type ChangeControl = {
  /** null: not loaded yet. */
  policy: ChangePolicy | null;
  policyAtMs: number;
  /** How often it was asked for, and which of these answers is the one above. */
  policyAsked: number;
  policyNumber: number;
  machines: MachineQueue;
  /** Machines that hold a place among those that may be changing at once, by cluster: a recent copy. */
  places: Map<string, Set<string>>;
  /** By cluster and machine: what they were told, on its way to Redis. */
  refusals: Map<string, Map<string, NotedRefusal>>;
};

export function createChangeControl(): ChangeControl {
  return {
    policy: null,
    policyAtMs: 0,
    policyAsked: 0,
    policyNumber: 0,
    machines: { known: new Map(), waiting: new Map(), isReading: false },
    places: new Map(),
    refusals: new Map(),
  };
}

export const stoppedKey = (clusterId: string, releaseId: number) => `${clusterId} ${releaseId}`;

export const rolledBackKey = (clusterId: string, agentName: string, version: string) =>
  `${clusterId} ${agentName} ${version}`;
