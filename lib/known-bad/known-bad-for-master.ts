import { and, eq, isNull, or } from "drizzle-orm";
import { knownBad } from "../../drizzle/schema/known-bad.ts";
import type { ControlKnownBad, MasterControl } from "../contract/master-control.ts";
import type { Services } from "../platform/services.ts";
import { toControlKnownBad } from "./read-control-known-bad.ts";

/** What a cluster's master should know of marks, but by its own word does not. */
export async function knownBadForMaster(
  { db }: Pick<Services, "db">,
  clusterId: string,
  has: MasterControl,
): Promise<ControlKnownBad[]> {
  const known = new Map(has.knownBad.map((mark) => [mark.key, mark]));
  const rows = await db
    .select()
    .from(knownBad)
    .where(
      and(
        eq(knownBad.origin, "local"),
        or(isNull(knownBad.clusterId), eq(knownBad.clusterId, clusterId)),
      ),
    );
  return rows
    .filter((row) => {
      const there = known.get(row.orderKey);
      return row.liftedAtMs === null ? !there : there !== undefined && there.liftedAtMs === null;
    })
    .map(toControlKnownBad);
}
