import { asc, isNull } from "drizzle-orm";
import { clusters } from "../../drizzle/schema/clusters.ts";
import type { Services } from "../platform/services.ts";

/** The ids of the clusters that this deployment is master of. */
export async function listLocalClusters(services: Pick<Services, "db">): Promise<string[]> {
  const rows = await services.db
    .select({ id: clusters.id })
    .from(clusters)
    .where(isNull(clusters.masterUrl))
    .orderBy(asc(clusters.id));
  return rows.map((row) => row.id);
}
