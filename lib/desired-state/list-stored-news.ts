import { and, eq, isNull } from "drizzle-orm";
import { clusters } from "../../drizzle/schema/clusters.ts";
import type { Database } from "../platform/database.ts";

/** Of a cluster of this deployment: the last statement that was signed for it; "": none. */
export type StoredNews = { id: string; name: string; freshness: string };

/** The clusters of this deployment, or one of them. */
export async function listStoredNews(
  db: Pick<Database, "select">,
  clusterId?: string,
): Promise<StoredNews[]> {
  const one = clusterId === undefined ? undefined : eq(clusters.id, clusterId);
  return db
    .select({ id: clusters.id, name: clusters.name, freshness: clusters.freshness })
    .from(clusters)
    .where(and(isNull(clusters.masterUrl), one));
}
