import { and, asc, eq } from "drizzle-orm";
import { clusterOrders } from "../../drizzle/schema/cluster-orders.ts";
import type { Database, Transaction } from "../platform/database.ts";
import type { ClusterOrder } from "./cluster-master.ts";

export type ClusterOrderRow = typeof clusterOrders.$inferSelect;

/**
 * Puts the newest order of a release to a cluster into the outbox, in the place of the one before. A
 * cluster that the release has not come to gets none.
 */
export async function writeClusterOrder(
  tx: Transaction,
  clusterId: string,
  { release, revision, ctx, nowMs }: ClusterOrder,
): Promise<void> {
  const cluster = release.clusters.find((one) => one.clusterId === clusterId);
  if (!cluster || cluster.state === "waiting") return;
  const order = {
    ...{ revision, actorKind: ctx.actor.kind, actor: ctx.actor.name },
    ...{ requestId: ctx.requestId, orderedAtMs: nowMs, problem: "" },
  };
  await tx
    .insert(clusterOrders)
    .values({ releaseId: release.id, clusterId, ...order })
    .onDuplicateKeyUpdate({ set: order });
}

/** Oldest release first. */
export async function listClusterOrders(
  db: Pick<Database, "select">,
  clusterId: string,
): Promise<ClusterOrderRow[]> {
  return db
    .select()
    .from(clusterOrders)
    .where(eq(clusterOrders.clusterId, clusterId))
    .orderBy(asc(clusterOrders.releaseId));
}

/** Only what is known of the delivery: the order itself may have been replaced meanwhile. */
export async function noteDelivery(
  db: Pick<Database, "update">,
  { releaseId, clusterId }: Pick<ClusterOrderRow, "releaseId" | "clusterId">,
  found: { deliveredRevision?: number | null; problem: string },
): Promise<void> {
  await db
    .update(clusterOrders)
    .set({ ...found, problem: found.problem.slice(0, 300) })
    .where(and(eq(clusterOrders.releaseId, releaseId), eq(clusterOrders.clusterId, clusterId)));
}
