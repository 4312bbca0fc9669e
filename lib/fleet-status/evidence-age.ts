import { type SQL, sql } from "drizzle-orm";
import { machines as m } from "../../drizzle/schema/machines.ts";
import type { MachineType } from "../contract/machine-type.ts";
import type { Services } from "../platform/services.ts";

/**
 * When the newest word came from the cluster's machines of these types: a count read now says nothing
 * when no machine's word has come through since. null: there are no such machines. One look at the
 * end of a range of machines_apart_idx for each type, counted and not.
 */
export async function heardAtMs(
  { db }: Pick<Services, "db">,
  clusterId: string,
  machineTypes: readonly MachineType[],
): Promise<number | null> {
  const looks = machineTypes.flatMap((type) =>
    [true, false].map(
      (counted): SQL => sql`SELECT MAX(${m.lastSeenAtMs}) AS heard FROM ${m}
        WHERE ${m.clusterId} = ${clusterId} AND ${m.counted} = ${counted}
        AND ${m.status} = 'accepted' AND ${m.type} = ${type}`,
    ),
  );
  const [rows] = await db.execute(sql.join(looks, sql` UNION ALL `));
  const heard = (rows as unknown as { heard: number | null }[]).flatMap(({ heard }) =>
    heard === null ? [] : [Number(heard)],
  );
  return heard.length > 0 ? Math.max(...heard) : null;
}
