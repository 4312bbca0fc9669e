import { eq } from "drizzle-orm";
import { changeWindows } from "../../drizzle/schema/change-windows.ts";
import { clusterLimits } from "../../drizzle/schema/cluster-limits.ts";
import type { ChangeRules } from "../contract/change-rules.ts";
import type { Transaction } from "../platform/database.ts";

/** The rows of a cluster's rules, as a whole. Who may, and the audit row, are the caller's. */
export async function replaceChangeRules(
  tx: Transaction,
  clusterId: string,
  { windows, ...limits }: ChangeRules,
): Promise<void> {
  await tx
    .insert(clusterLimits)
    .values({ clusterId, ...limits })
    .onDuplicateKeyUpdate({ set: limits });
  await tx.delete(changeWindows).where(eq(changeWindows.clusterId, clusterId));
  if (windows.length === 0) return;
  await tx.insert(changeWindows).values(
    windows.map(({ days, from, to, timeZone }) => ({
      ...{ clusterId, days, opensAt: from, closesAt: to, timeZone },
    })),
  );
}
