import { asc, sql } from "drizzle-orm";
import { clusters } from "../../drizzle/schema/clusters.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import type { ClusterView, MachineCounts } from "../contract/console-views.ts";
import type { Services } from "../platform/services.ts";
import { onlineSinceMs } from "./online-since.ts";

/** All clusters with their machines counted; `clusterId` for one only. */
export async function listClusters(
  services: Services,
  clusterId?: string | undefined,
): Promise<ClusterView[]> {
  const rows = await services.db.select().from(clusters).orderBy(asc(clusters.id));
  const counts = await countMachines(services);
  return rows
    .filter((row) => !clusterId || row.id === clusterId)
    .map((row) => ({
      ...{ id: row.id, name: row.name, masterUrl: row.masterUrl },
      machines: counts.get(row.id) ?? noMachines,
      desiredState: {
        generation: row.generation,
        builtAtMs: row.builtAtMs,
        behind: row.builtRevision < row.desiredRevision,
      },
    }));
}

const noMachines: MachineCounts = { total: 0, online: 0, offline: 0, pending: 0 };

/** Revoked machines are no longer part of a cluster. */
async function countMachines(services: Services): Promise<Map<string, MachineCounts>> {
  const since = onlineSinceMs(services);
  const accepted = sql`${machines.status} <> 'pending'`;
  const rows = await services.db
    .select({
      clusterId: machines.clusterId,
      total: sql<number>`COUNT(*)`,
      pending: sql<number>`SUM(NOT (${accepted}))`,
      online: sql<number>`SUM(${accepted} AND ${machines.lastSeenAtMs} >= ${since})`,
    })
    .from(machines)
    .where(sql`${machines.status} <> 'revoked'`)
    .groupBy(machines.clusterId);
  return new Map(
    rows.map((row) => {
      const [total, pending, online] = [row.total, row.pending, row.online].map(Number) as [
        number,
        number,
        number,
      ];
      return [row.clusterId, { total, pending, online, offline: total - pending - online }];
    }),
  );
}

export function sumMachines(all: readonly MachineCounts[]): MachineCounts {
  const sum = { ...noMachines };
  for (const counts of all)
    for (const key of Object.keys(sum) as (keyof MachineCounts)[]) sum[key] += counts[key];
  return sum;
}
