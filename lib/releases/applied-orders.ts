import { and, asc, eq } from "drizzle-orm";
import { appliedOrders } from "../../drizzle/schema/applied-orders.ts";
import type { Database } from "../platform/database.ts";

type Reader = Pick<Database, "select">;

/** On the master's side: the newest order of each release that was carried out in the cluster. */
export async function listAppliedOrders(
  db: Reader,
  clusterId: string,
): Promise<{ releaseId: number; revision: number }[]> {
  return db
    .select({ releaseId: appliedOrders.releaseId, revision: appliedOrders.revision })
    .from(appliedOrders)
    .where(eq(appliedOrders.clusterId, clusterId))
    .orderBy(asc(appliedOrders.releaseId));
}

export async function findAppliedOrder(db: Reader, releaseId: number, clusterId: string) {
  const [row] = await db
    .select()
    .from(appliedOrders)
    .where(and(eq(appliedOrders.releaseId, releaseId), eq(appliedOrders.clusterId, clusterId)));
  return row ?? null;
}

/** Is the release another deployment's, and only followed here? */
export async function isFollowedRelease(db: Reader, releaseId: number): Promise<boolean> {
  const rows = await db
    .select({ clusterId: appliedOrders.clusterId })
    .from(appliedOrders)
    .where(eq(appliedOrders.releaseId, releaseId))
    .limit(1);
  return rows.length > 0;
}
