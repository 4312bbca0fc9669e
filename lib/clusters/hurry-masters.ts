import { and, eq, gt } from "drizzle-orm";
import { remoteMasters } from "../../drizzle/schema/remote-masters.ts";
import type { Transaction } from "../platform/database.ts";

/** What was just decided should not wait for the next attempt at a master that was away. null: all. */
export async function hurryMasters(tx: Transaction, clusterId: string | null): Promise<void> {
  await tx
    .update(remoteMasters)
    .set({ nextAttemptAtMs: 0 })
    .where(
      and(
        gt(remoteMasters.nextAttemptAtMs, 0),
        clusterId === null ? undefined : eq(remoteMasters.clusterId, clusterId),
      ),
    );
}
