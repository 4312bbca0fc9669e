import { asc, eq } from "drizzle-orm";
import { changeWindows } from "../../drizzle/schema/change-windows.ts";
import { clusterLimits } from "../../drizzle/schema/cluster-limits.ts";
import { ChangeRules } from "../contract/change-rules.ts";
import type { Database } from "../platform/database.ts";

/** A cluster's standing rules; none set means none kept. */
export async function readChangeRules(
  db: Pick<Database, "select">,
  clusterId: string,
): Promise<ChangeRules> {
  const rules = (await readRules(db, clusterId)).get(clusterId);
  return rules ?? ChangeRules.parse({});
}

/** By cluster id; without one named: those of all clusters that have any. */
export async function readRules(
  db: Pick<Database, "select">,
  clusterId?: string,
): Promise<Map<string, ChangeRules>> {
  const limits = await db
    .select()
    .from(clusterLimits)
    .where(clusterId === undefined ? undefined : eq(clusterLimits.clusterId, clusterId));
  const windows = await db
    .select()
    .from(changeWindows)
    .where(clusterId === undefined ? undefined : eq(changeWindows.clusterId, clusterId))
    .orderBy(asc(changeWindows.id));
  const ids = new Set([...limits, ...windows].map((row) => row.clusterId));
  return new Map(
    [...ids].map((id) => [
      id,
      ChangeRules.parse({
        ...limits.find((row) => row.clusterId === id),
        windows: windows
          .filter((row) => row.clusterId === id)
          .map(({ days, opensAt, closesAt, timeZone }) => ({
            ...{ days, from: opensAt, to: closesAt, timeZone },
          })),
      }),
    ]),
  );
}
