import { sql } from "drizzle-orm";
import { machines as m } from "../../drizzle/schema/machines.ts";
import type { Database } from "../platform/database.ts";
import { countRows, readNamed } from "./count-outcomes-by-row.ts";
import type { OutcomeCounts, OutcomeQuery } from "./outcome.ts";

/** Later than that, who fell silent is no news any more. */
export const latelyMs = 10 * 60_000;

/**
 * Like countOutcomes(), but only machines that went offline within the last minutes: few, unless
 * something has happened. A range of machines_apart_idx, for counted machines and for others.
 */
export async function countLatelySilent(
  db: Pick<Database, "execute">,
  query: OutcomeQuery,
): Promise<OutcomeCounts> {
  const { onlineSinceMs } = query;
  const isSilentLately = sql`${m.counted} IN (FALSE, TRUE)
    AND ${m.lastSeenAtMs} >= ${onlineSinceMs - latelyMs} AND ${m.lastSeenAtMs} < ${onlineSinceMs}`;
  const groups = await countRows(db, query, isSilentLately);
  const named = await readNamed(db, query, isSilentLately);
  return { groups, named: named.map(({ online: _, counted: __, ...one }) => one) };
}
