import { eq, sql } from "drizzle-orm";
import { clusters } from "../../drizzle/schema/clusters.ts";
import type { Transaction } from "../platform/database.ts";

/**
 * Stands in the transaction of every change to a cluster's desired entries. Call wakeRebuild after
 * the commit.
 */
export async function bumpDesiredRevision(tx: Transaction, clusterId: string): Promise<void> {
  await tx
    .update(clusters)
    .set({ desiredRevision: sql`${clusters.desiredRevision} + 1` })
    .where(eq(clusters.id, clusterId));
}
