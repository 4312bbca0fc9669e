import { eq } from "drizzle-orm";
import { clusters } from "../../drizzle/schema/clusters.ts";
import type { Database } from "../platform/database.ts";

/** null: this deployment is the cluster's master. */
export async function findMasterUrl(
  db: Pick<Database, "select">,
  clusterId: string,
): Promise<string | null> {
  const [row] = await db
    .select({ masterUrl: clusters.masterUrl })
    .from(clusters)
    .where(eq(clusters.id, clusterId));
  return row?.masterUrl ?? null;
}
