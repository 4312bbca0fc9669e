import { inArray } from "drizzle-orm";
import { knownBad } from "../../drizzle/schema/known-bad.ts";
import type { ControlKnownBad, MasterControl } from "../contract/master-control.ts";
import type { Database } from "../platform/database.ts";

/** Marks that stand at a master, and of which nothing is known here. */
export async function unknownMarks(
  db: Pick<Database, "select">,
  clusterId: string,
  { knownBad: told }: MasterControl,
): Promise<ControlKnownBad[]> {
  const standing = told.filter(({ liftedAtMs }) => liftedAtMs === null);
  if (standing.length === 0) return [];
  const rows = await db
    .select({ key: knownBad.orderKey, clusterId: knownBad.clusterId })
    .from(knownBad)
    .where(
      inArray(
        knownBad.orderKey,
        standing.map(({ key }) => key),
      ),
    );
  const known = rows.filter((row) => (row.clusterId ?? clusterId) === clusterId);
  return standing.filter(({ key }) => !known.some((row) => row.key === key));
}
