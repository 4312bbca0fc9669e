import { and, eq, sql } from "drizzle-orm";
import { machineAgentStates as states } from "../../drizzle/schema/machine-agent-states.ts";
import type { AgentSummary, VersionCount } from "../contract/console-views.ts";
import { type KnownAgent, listKnownAgents } from "../packages/list-known-agents.ts";
import type { Services } from "../platform/services.ts";

export type AgentFilter = { cluster?: string | undefined; name?: string | undefined };

/** Agents by name, with the versions that machines report. */
export async function listAgents(
  services: Services,
  filter: AgentFilter = {},
): Promise<AgentSummary[]> {
  const known = await listKnownAgents(services.db, filter.name);
  const counts = await countVersions(services, filter);
  return known.map((agent) => summarize(agent, counts.get(agent.name) ?? []));
}

type Counted = VersionCount & { unhealthy: number };

function summarize({ name, description, versions }: KnownAgent, counts: Counted[]): AgentSummary {
  return {
    ...{ name, description },
    versions: versions.length,
    latestVersion: versions[0] ?? null,
    distribution: counts
      .map(({ version, machines }) => ({ version, machines }))
      .sort((a, b) => b.machines - a.machines),
    unhealthy: counts.reduce((sum, one) => sum + one.unhealthy, 0),
  };
}

async function countVersions(
  { db }: Services,
  { cluster, name }: AgentFilter,
): Promise<Map<string, Counted[]>> {
  const rows = await db
    .select({
      agentName: states.agentName,
      version: states.version,
      machines: sql<number>`COUNT(*)`,
      unhealthy: sql<number>`SUM(${states.phase} IN ('failed', 'backoff'))`,
    })
    .from(states)
    .where(
      and(
        cluster ? eq(states.clusterId, cluster) : undefined,
        name ? eq(states.agentName, name) : undefined,
      ),
    )
    .groupBy(states.agentName, states.version);
  const byAgent = new Map<string, Counted[]>();
  for (const { agentName, version, machines, unhealthy } of rows) {
    const list = byAgent.get(agentName) ?? [];
    list.push({ version, machines: Number(machines), unhealthy: Number(unhealthy) });
    byAgent.set(agentName, list);
  }
  return byAgent;
}
