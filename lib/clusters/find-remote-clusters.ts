import { and, inArray, isNotNull } from "drizzle-orm";
import { clusters } from "../../drizzle/schema/clusters.ts";
import type { Database } from "../platform/database.ts";

/** Those of the clusters whose master is another deployment. */
export async function findRemoteClusters(
  db: Pick<Database, "select">,
  clusterIds: readonly string[],
): Promise<Set<string>> {
  if (clusterIds.length === 0) return new Set();
  const rows = await db
    .select({ id: clusters.id })
    .from(clusters)
    .where(and(inArray(clusters.id, [...clusterIds]), isNotNull(clusters.masterUrl)));
  return new Set(rows.map(({ id }) => id));
}
