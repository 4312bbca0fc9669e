import { and, asc, eq, ne, sql } from "drizzle-orm";
import { machines } from "../../drizzle/schema/machines.ts";
import type { ClusterComposition } from "../contract/cluster-views.ts";
import type { Services } from "../platform/services.ts";
import { onlineSinceMs } from "./online-since.ts";

const versionsMax = 100;

/** A cluster's machines by type, and by the version of ifrit-agent itself. */
export async function clusterComposition(
  services: Services,
  clusterId: string,
): Promise<ClusterComposition> {
  const { db } = services;
  const here = and(eq(machines.clusterId, clusterId), ne(machines.status, "revoked"));
  const since = onlineSinceMs(services);
  const types = await db
    .select({
      type: machines.type,
      machines: sql<number>`COUNT(*)`,
      online: sql<number>`SUM(${machines.status} <> 'pending' AND ${machines.lastSeenAtMs} >= ${since})`,
    })
    .from(machines)
    .where(here)
    .groupBy(machines.type)
    .orderBy(asc(machines.type));
  const ifritAgents = await db
    .select({ version: machines.ifritAgentVersion, machines: sql<number>`COUNT(*)` })
    .from(machines)
    .where(here)
    .groupBy(machines.ifritAgentVersion)
    .orderBy(sql`2 DESC`)
    .limit(versionsMax);
  return {
    types: types.map(({ type, ...counts }) => ({
      ...{ type, machines: Number(counts.machines), online: Number(counts.online) },
    })),
    ifritAgents: ifritAgents.map((row) => ({ ...row, machines: Number(row.machines) })),
  };
}
