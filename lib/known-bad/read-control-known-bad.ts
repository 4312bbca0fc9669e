import { and, asc, eq, gt, isNull, or } from "drizzle-orm";
import { knownBad } from "../../drizzle/schema/known-bad.ts";
import type { ControlKnownBad } from "../contract/master-control.ts";
import type { Services } from "../platform/services.ts";

/** So long a mark that was lifted is still told: manage may have forgotten that it lifted it. */
const toldMs = 30 * 86_400_000;

/** On the master's side: marks that bind a cluster, as manage is told of them. */
export async function readControlKnownBad(
  { db, now }: Pick<Services, "db" | "now">,
  clusterId: string,
): Promise<ControlKnownBad[]> {
  const rows = await db
    .select()
    .from(knownBad)
    .where(
      and(
        or(isNull(knownBad.clusterId), eq(knownBad.clusterId, clusterId)),
        or(isNull(knownBad.liftedAtMs), gt(knownBad.liftedAtMs, now() - toldMs)),
      ),
    )
    .orderBy(asc(knownBad.id));
  return rows.map(toControlKnownBad);
}

export function toControlKnownBad(row: typeof knownBad.$inferSelect): ControlKnownBad {
  const { orderKey: key, agentName, version, sha256, reason, cause, releaseId } = row;
  const { markedBy, markedAtMs, liftedAtMs, liftedBy } = row;
  return {
    ...{ key, agentName, version, sha256, reason, cause, releaseId, markedBy, markedAtMs },
    ...{ liftedAtMs, liftedBy },
  };
}
