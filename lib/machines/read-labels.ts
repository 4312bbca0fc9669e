import { eq } from "drizzle-orm";
import { machines } from "../../drizzle/schema/machines.ts";
import type { Database } from "../platform/database.ts";

/** What a machine carries, its enrollment token's among them; of an unknown one: none. */
export async function readLabels(
  db: Pick<Database, "select">,
  machineId: string,
): Promise<Record<string, string>> {
  const [row] = await db
    .select({ facts: machines.facts })
    .from(machines)
    .where(eq(machines.id, machineId));
  return row?.facts.labels ?? {};
}
