import { eq } from "drizzle-orm";
import { desiredEntries } from "../../drizzle/schema/desired-entries.ts";
import type { Transaction } from "../platform/database.ts";

/** Machines of a cluster that is added later under the same id are not to get what was meant for others. */
export async function forgetDesiredEntries(tx: Transaction, clusterId: string): Promise<void> {
  await tx.delete(desiredEntries).where(eq(desiredEntries.clusterId, clusterId));
}
