import { eq } from "drizzle-orm";
import { changeWindows } from "../../drizzle/schema/change-windows.ts";
import { clusterLimits } from "../../drizzle/schema/cluster-limits.ts";
import { freezes } from "../../drizzle/schema/freezes.ts";
import { holds } from "../../drizzle/schema/holds.ts";
import { knownBad } from "../../drizzle/schema/known-bad.ts";
import type { Transaction } from "../platform/database.ts";

/** Nothing of a removed cluster's rules may await one that is added later under its id. */
export async function forgetChangeControl(tx: Transaction, clusterId: string): Promise<void> {
  for (const table of [freezes, holds, knownBad, changeWindows, clusterLimits])
    await tx.delete(table).where(eq(table.clusterId, clusterId));
}
