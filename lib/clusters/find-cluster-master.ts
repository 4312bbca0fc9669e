import { inArray } from "drizzle-orm";
import { clusters } from "../../drizzle/schema/clusters.ts";
import type { Database } from "../platform/database.ts";
import type { Services } from "../platform/services.ts";
import type { ClusterMaster } from "./cluster-master.ts";
import { localMaster } from "./local-master.ts";
import { remoteMaster } from "./remote-master.ts";

/** The masters of those of the clusters that exist. `db`: the transaction that asks, if one does. */
export async function findClusterMasters(
  services: Services,
  clusterIds: readonly string[],
  db: Pick<Database, "select"> = services.db,
): Promise<Map<string, ClusterMaster>> {
  if (clusterIds.length === 0) return new Map();
  const rows = await db
    .select({ id: clusters.id, url: clusters.masterUrl })
    .from(clusters)
    .where(inArray(clusters.id, [...clusterIds]));
  return new Map(
    rows.map(({ id, url }) => [
      id,
      url === null ? localMaster(services, id) : remoteMaster(services, id, url),
    ]),
  );
}
