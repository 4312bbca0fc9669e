import { eq } from "drizzle-orm";
import { clusters } from "../../drizzle/schema/clusters.ts";
import type { Transaction } from "../platform/database.ts";
import { ProblemError } from "../platform/problem-error.ts";

/**
 * Orders to one cluster are carried out one after the other.
 * @throws ProblemError not_found: this deployment is not its master
 */
export async function lockLocalCluster(tx: Transaction, clusterId: string): Promise<void> {
  const [row] = await tx
    .select({ masterUrl: clusters.masterUrl })
    .from(clusters)
    .where(eq(clusters.id, clusterId))
    .for("update");
  if (!row || row.masterUrl !== null)
    throw new ProblemError("not_found", `This is not the master of "${clusterId}".`);
}
