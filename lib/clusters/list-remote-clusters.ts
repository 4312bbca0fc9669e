import { and, asc, eq, isNotNull } from "drizzle-orm";
import { clusters } from "../../drizzle/schema/clusters.ts";
import { remoteMasters } from "../../drizzle/schema/remote-masters.ts";
import type { Database } from "../platform/database.ts";
import { failuresUntilUnreachable } from "./failures-until-unreachable.ts";

export type RemoteCluster = {
  id: string;
  name: string;
  url: string;
  /** null: nothing is known by which it could be asked. */
  contact: typeof remoteMasters.$inferSelect | null;
};

/** The clusters whose master is another deployment, or one of them, by id. */
export async function listRemoteClusters(
  db: Pick<Database, "select">,
  clusterId?: string | undefined,
): Promise<RemoteCluster[]> {
  const rows = await db
    .select({
      ...{ id: clusters.id, name: clusters.name, url: clusters.masterUrl },
      contact: remoteMasters,
    })
    .from(clusters)
    .leftJoin(remoteMasters, eq(remoteMasters.clusterId, clusters.id))
    .where(and(isNotNull(clusters.masterUrl), clusterId ? eq(clusters.id, clusterId) : undefined))
    .orderBy(asc(clusters.id));
  return rows.map((row) => ({ ...row, url: row.url ?? "" }));
}

/** Not merely busy: it did not answer several times in a row. Since when; null: it answers. */
export function silentSince({ contact }: Pick<RemoteCluster, "contact">): number | null {
  if (!contact) return 0;
  return contact.failures >= failuresUntilUnreachable ? contact.failingSinceMs : null;
}
