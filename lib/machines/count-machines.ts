import { and, count, eq, ne } from "drizzle-orm";
import { machines } from "../../drizzle/schema/machines.ts";
import type { Database } from "../platform/database.ts";

/** A cluster's machines, those that wait for acceptance among them; revoked ones are none. */
export async function countMachinesIn(
  db: Pick<Database, "select">,
  clusterId: string,
): Promise<number> {
  const [row] = await db
    .select({ found: count() })
    .from(machines)
    .where(and(eq(machines.clusterId, clusterId), ne(machines.status, "revoked")));
  return row?.found ?? 0;
}
