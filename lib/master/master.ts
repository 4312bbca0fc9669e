import { randomUUID } from "node:crypto";
import { createChangeControl } from "../change-control/change-control.ts";
import type { DesiredStateCache } from "../desired-state/desired-state-cache.ts";
import type { BlockedMachines } from "../machines/blocked-machines.ts";
import type { CheckInContext } from "../machines/check-in.ts";
import { machineTokenKey } from "../machines/machine-token.ts";
import type { KnownSignatures } from "../packages/answer-package-signature.ts";
import type { Turns } from "../platform/in-turn.ts";
import type { Services } from "../platform/services.ts";

/** Answers by kind, for /metrics. Plain numbers: a counter's inc() would cost more than the check-in. */
export type AgentCounters = Record<string, number>;

/**
 * What a master process holds in memory. Plain data and no methods, since the fast lane and Next's
 * bundles work on it with their own copies of the modules.
 */
export type Master = CheckInContext & {
  services: Services;
  /** Names this process as a holder of leases. */
  instanceId: string;
  desired: DesiredStateCache;
  blocked: BlockedMachines;
  machineCounts: Map<string, number>;
  /** Digests of packages that MySQL is known to have. */
  knownPackages: Set<string>;
  knownSignatures: KnownSignatures;
  /** Since when a machine's heartbeat names another state than the stored one. */
  digestMismatches: Map<string, number>;
  counters: AgentCounters;
  /** The ids of the clusters that this deployment is master of. */
  localClusters: string[];
  /** Rebuilds and flushes of one cluster: within a process they share a lease, so they take turns. */
  turns: Turns;
  /** Without the list of clusters nobody can say that all of them are in memory. */
  clustersKnown: boolean;
};

export function createMaster(services: Services): Master {
  const { env } = services;
  return {
    services,
    instanceId: randomUUID(),
    tokenKey: machineTokenKey(env.IFRIT_SECRET),
    now: services.now,
    desired: new Map(),
    blocked: new Map(),
    heartbeats: new Map(),
    wantFullReport: new Set(),
    machineCounts: new Map(),
    knownPackages: new Set(),
    knownSignatures: new Map(),
    digestMismatches: new Map(),
    counters: {},
    localClusters: [],
    turns: new Map(),
    clustersKnown: false,
    changeControl: createChangeControl(),
    poll: { seconds: env.IFRIT_POLL_SECONDS, fastSeconds: env.IFRIT_FAST_POLL_SECONDS },
  };
}
