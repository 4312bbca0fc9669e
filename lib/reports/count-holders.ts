import { and, eq, or, sql } from "drizzle-orm";
import { machineAgentStates } from "../../drizzle/schema/machine-agent-states.ts";
import type { Database } from "../platform/database.ts";

/** How many machines have a version, or are on their way to it, and one of them. */
export async function countHolders(
  db: Pick<Database, "select">,
  agentName: string,
  version: string,
): Promise<{ machines: number; example: string | null }> {
  const states = machineAgentStates;
  const [row] = await db
    .select({
      machines: sql<number>`COUNT(*)`,
      example: sql<string | null>`MIN(${states.machineId})`,
    })
    .from(states)
    .where(
      and(
        eq(states.agentName, agentName),
        or(eq(states.version, version), eq(states.targetVersion, version)),
      ),
    );
  return { machines: Number(row?.machines ?? 0), example: row?.example ?? null };
}
