import { and, eq, inArray, sql } from "drizzle-orm";
import { machines as m } from "../../drizzle/schema/machines.ts";
import type { MachineType } from "../contract/machine-type.ts";
import type { Services } from "../platform/services.ts";

/**
 * How many machines of the types a cluster has, and how old what MySQL knows of them is: a count read
 * now says nothing when no machine's word has come through since. A cluster without machines has
 * nothing to wait for.
 */
export async function evidenceAge(
  { db, now }: Pick<Services, "db" | "now">,
  clusterId: string,
  machineTypes: readonly MachineType[],
): Promise<{ machines: number; factsAtMs: number }> {
  const readAtMs = now();
  const [row] = await db
    .select({
      machines: sql<number>`COUNT(*)`,
      heardAtMs: sql<number | null>`MAX(${m.lastSeenAtMs})`,
    })
    .from(m)
    .where(
      and(eq(m.clusterId, clusterId), inArray(m.type, [...machineTypes]), eq(m.status, "accepted")),
    );
  const machines = Number(row?.machines ?? 0);
  const factsAtMs = machines === 0 ? readAtMs : Math.min(readAtMs, Number(row?.heardAtMs ?? 0));
  return { machines, factsAtMs };
}
