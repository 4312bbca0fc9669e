import { and, asc, eq, inArray, ne, sql } from "drizzle-orm";
import { machines } from "../../drizzle/schema/machines.ts";
import type { Database, Transaction } from "../platform/database.ts";
import { type Lease, requireLease } from "../platform/lease.ts";
import type { Services } from "../platform/services.ts";
import { countStates } from "./count-states.ts";
import { readHeldStates } from "./held-states.ts";

const machinesPerTransaction = 500;
const runMsMax = 2_000;

/**
 * Counts machines that are not counted yet (new ones, all after an upgrade, those whose counts were
 * dropped), and takes out those that are no longer accepted. Facts are right before and after: they
 * read such machines one by one. Returns how many were settled.
 */
export async function settleCounts(
  services: Services,
  lease: Lease,
  clusterId: string,
): Promise<number> {
  const endMs = performance.now() + runMsMax;
  let settled = 0;
  do {
    const some = await services.db.transaction(async (tx) => {
      await requireLease(tx, lease);
      return settleSome(services, tx, clusterId);
    });
    settled += some;
    if (some < machinesPerTransaction) break;
  } while (performance.now() < endMs);
  return settled;
}

async function settleSome(services: Services, tx: Transaction, clusterId: string): Promise<number> {
  const ids = await findUnsettled(tx, clusterId, machinesPerTransaction);
  if (ids.length === 0) return 0;
  const rows = await tx
    .select()
    .from(machines)
    .where(inArray(machines.id, ids))
    .orderBy(asc(machines.id))
    .for("update");
  const held = await readHeldStates(tx, ids);
  const ledgers = await countStates(
    services,
    tx,
    rows.map((machine) => ({ machine, states: held.filter((s) => s.machineId === machine.id) })),
  );
  await tx
    .insert(machines)
    .values(rows.map((machine) => ({ ...machine, ...ledgers.get(machine.id) })))
    .onDuplicateKeyUpdate({
      set: { counted: sql`VALUES(counted)`, countedClasses: sql`VALUES(counted_classes)` },
    });
  return rows.length;
}

/** Both by machines_apart_idx. They are locked by id afterwards, so nobody waits on the index. */
export async function findUnsettled(
  db: Pick<Database, "select">,
  clusterId: string,
  limit: number,
): Promise<string[]> {
  const inCluster = eq(machines.clusterId, clusterId);
  const added = and(inCluster, eq(machines.counted, false), eq(machines.status, "accepted"));
  const blocked = and(inCluster, eq(machines.counted, true), ne(machines.status, "accepted"));
  const found: string[] = [];
  for (const where of [added, blocked])
    if (found.length < limit) {
      const rows = await db
        .select({ id: machines.id })
        .from(machines)
        .where(where)
        .limit(limit - found.length);
      found.push(...rows.map(({ id }) => id));
    }
  return found.sort();
}
