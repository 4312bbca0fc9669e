import { and, eq, inArray } from "drizzle-orm";
import { machines } from "../../drizzle/schema/machines.ts";
import type { MachineType } from "../contract/machine-type.ts";
import type { Database } from "../platform/database.ts";

type CandidateQuery = {
  clusterId: string;
  machineTypes: readonly MachineType[];
  onlineSinceMs: number;
};

/** Accepted machines of the types, with what a selection looks at. */
export async function listGrayCandidates(
  db: Pick<Database, "select">,
  query: CandidateQuery,
): Promise<{ machineId: string; labels: Record<string, string>; online: boolean }[]> {
  const rows = await db
    .select({
      machineId: machines.id,
      facts: machines.facts,
      lastSeenAtMs: machines.lastSeenAtMs,
    })
    .from(machines)
    .where(
      and(
        eq(machines.clusterId, query.clusterId),
        inArray(machines.type, [...query.machineTypes]),
        eq(machines.status, "accepted"),
      ),
    );
  return rows.map(({ machineId, facts, lastSeenAtMs }) => ({
    ...{ machineId, labels: facts.labels },
    online: lastSeenAtMs >= query.onlineSinceMs,
  }));
}
