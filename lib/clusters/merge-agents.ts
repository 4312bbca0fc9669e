import type { AgentSummary, VersionCount } from "../contract/console-views.ts";
import type { MasterFleet } from "../contract/master-api.ts";

/** Counts of remote clusters added to our own. An agent that only they know of has no packages here. */
export function mergeAgents(
  own: readonly AgentSummary[],
  remote: readonly MasterFleet["agents"][],
): AgentSummary[] {
  const merged = new Map(own.map((agent) => [agent.name, agent]));
  for (const { name, distribution, unhealthy } of remote.flat()) {
    const held = merged.get(name) ?? unknown(name);
    merged.set(name, {
      ...held,
      unhealthy: held.unhealthy + unhealthy,
      distribution: add(held.distribution, distribution),
    });
  }
  return [...merged.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function unknown(name: string): AgentSummary {
  return {
    name,
    description: "",
    versions: 0,
    latestVersion: null,
    distribution: [],
    unhealthy: 0,
  };
}

function add(a: readonly VersionCount[], b: readonly VersionCount[]): VersionCount[] {
  const machines = new Map<string | null, number>();
  for (const one of [...a, ...b])
    machines.set(one.version, (machines.get(one.version) ?? 0) + one.machines);
  return [...machines]
    .map(([version, count]) => ({ version, machines: count }))
    .sort((x, y) => y.machines - x.machines);
}
