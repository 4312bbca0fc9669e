import { inArray } from "drizzle-orm";
import { machines } from "../../drizzle/schema/machines.ts";
import type { Database } from "../platform/database.ts";

export type FoundMachine = Pick<
  typeof machines.$inferSelect,
  "id" | "clusterId" | "type" | "status" | "hostname"
>;

/** Those of the named machines that are known, by id. */
export async function findMachines(
  db: Pick<Database, "select">,
  machineIds: readonly string[],
): Promise<Map<string, FoundMachine>> {
  if (machineIds.length === 0) return new Map();
  const rows = await db
    .select({
      id: machines.id,
      clusterId: machines.clusterId,
      type: machines.type,
      status: machines.status,
      hostname: machines.hostname,
    })
    .from(machines)
    .where(inArray(machines.id, [...machineIds]));
  return new Map(rows.map((row) => [row.id, row]));
}
