import { asc, inArray } from "drizzle-orm";
import { clusters } from "../../drizzle/schema/clusters.ts";
import type { Database } from "../platform/database.ts";

/** The names of those of the clusters that exist, by id. */
export async function findClusters(
  db: Pick<Database, "select">,
  clusterIds: readonly string[],
): Promise<Map<string, string>> {
  if (clusterIds.length === 0) return new Map();
  const rows = await db
    .select({ id: clusters.id, name: clusters.name })
    .from(clusters)
    .where(inArray(clusters.id, [...clusterIds]))
    .orderBy(asc(clusters.id));
  return new Map(rows.map((row) => [row.id, row.name]));
}
