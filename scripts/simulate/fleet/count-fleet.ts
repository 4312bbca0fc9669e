import type { AgentPhase } from "../../../lib/contract/agent-state.ts";
import type { Presence } from "../machine/sim-machine.ts";
import { hasArrived } from "./has-arrived.ts";
import type { World } from "./world.ts";

/** Phases by agent and version; the version is "-" where there is none. */
export type AgentCounts = Record<string, Record<string, Partial<Record<AgentPhase, number>>>>;

export type FleetCounts = {
  machines: number;
  presence: Record<Presence, number>;
  agents: AgentCounts;
  /** Machines on the net that have done all that is desired, as far as any of them has heard. */
  arrived: number;
  /** All machines that are on the net have arrived, and none is starting. */
  converged: boolean;
  checkIns: number;
  notModified: number;
  documents: number;
  /** Check-ins whose answer blocked changes. */
  blocked: number;
  reports: number;
  tokens: number;
  enrolled: number;
  downloads: number;
  errors: Record<string, number>;
  /** How often agents came into a phase. */
  entered: Partial<Record<AgentPhase, number>>;
  removed: number;
  /** Requests that wait for a connection: the master, or this process, is not keeping up. */
  queued: number;
  checkInLatency: { p50Ms: number; p99Ms: number; maxMs: number };
};

/** One pass over the machines: some milliseconds for a hundred thousand. */
export function countFleet(world: World): FleetCounts {
  const presence = { starting: 0, online: 0, away: 0, offline: 0, dark: 0 };
  const agents: AgentCounts = {};
  let arrived = 0;
  for (const machine of world.machines) {
    presence[machine.presence] += 1;
    if (machine.presence === "online" && hasArrived(world, machine)) arrived += 1;
    for (const { state } of machine.agents) {
      agents[state.name] ??= {};
      const versions = agents[state.name]!;
      versions[state.version ?? "-"] ??= {};
      const phases = versions[state.version ?? "-"]!;
      phases[state.phase] = (phases[state.phase] ?? 0) + 1;
    }
  }
  const { latencies, errors, entered, ...tally } = world.tally;
  return {
    machines: world.machines.length,
    presence,
    agents,
    arrived,
    converged: presence.starting === 0 && presence.online > 0 && arrived === presence.online,
    ...tally,
    errors: { ...errors },
    entered: { ...entered },
    queued: world.client.queued,
    checkInLatency: latencies.summary(),
  };
}
