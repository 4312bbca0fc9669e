import type { Behaviours } from "../simulate/behaviour/behaviours.ts";
import { defaultClusterId } from "../up/default-cluster.ts";

export type DemoCluster = { id: string; name: string; machines: number };

/** The first is the cluster that this machine belongs to, with a real ifrit-agent. */
export const demoClusters: readonly [DemoCluster, DemoCluster] = [
  { id: defaultClusterId, name: "Beijing", machines: 900 },
  { id: "shanghai", name: "Shanghai", machines: 600 },
];

/** What runs everywhere from the beginning. */
export const installedAgents = [
  { name: "log-agent", version: "2.3.0" },
  { name: "monitor-agent", version: "5.1.0" },
  { name: "control-agent", version: "1.8.2" },
] as const;

export const waitingVersion = { name: "control-agent", version: "1.9.0" };
export const badVersion = { name: "monitor-agent", version: "5.2.0" };
export const livelyAgent = "log-agent";

export const demoBehaviours: Partial<Behaviours> = {
  types: { LINUX: 0.6, CONTAINER: 0.25, ARM64: 0.1, WINDOWS: 0.05 },
  offline: 0.015,
  comesAndGoes: 0.01,
  installed: installedAgents,
  fails: [{ agent: badVersion.name, version: badVersion.version, share: 0.12, reason: null }],
};
