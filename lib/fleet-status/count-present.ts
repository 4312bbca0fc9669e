import { sql } from "drizzle-orm";
import {
  agentStateClasses as c,
  agentStateCounts as n,
} from "../../drizzle/schema/agent-state-counts.ts";
import { machines as m } from "../../drizzle/schema/machines.ts";
import type { MachineType } from "../contract/machine-type.ts";
import type { Database, Transaction } from "../platform/database.ts";
import {
  countPresentByRow,
  isHeld,
  notNamed,
  presentNamed,
  presentRows,
} from "./count-present-by-row.ts";
import type { PresentCounts, PresentQuery } from "./present.ts";
import { type PresentClass, PresentTally } from "./present-tally.ts";
import { regionColumn } from "./regions.ts";

/**
 * What machines have now, before a release: the same numbers as countPresentByRow(), from the counts
 * that reports keep (see countOutcomes()), in one snapshot. What is read machine by machine is only who
 * is silent, held, named, or not counted yet. A hold by labels has to look at every machine's labels.
 */
export async function countPresent(
  db: Pick<Database, "transaction">,
  query: PresentQuery,
): Promise<PresentCounts> {
  return db.transaction(
    async (tx) => (await countByClasses(tx, query)) ?? (await countPresentByRow(tx, query)),
    { isolationLevel: "repeatable read", withConsistentSnapshot: true },
  );
}

/** null: the counts cannot answer. */
async function countByClasses(tx: Transaction, query: PresentQuery): Promise<PresentCounts | null> {
  const tally = new PresentTally(query, await readClasses(tx, query));
  const others = notNamed(query);
  if (tally.classes.size > 0) {
    for (const [type, ids] of tally.idsByType()) await addSums(tx, query, tally, type, ids);
    await takeBlocked(tx, query, tally);
    const counted = sql`${m.counted} = TRUE AND ${others}`;
    const silent = sql`${counted} AND ${m.lastSeenAtMs} < ${query.onlineSinceMs}`;
    for (const group of await presentRows(tx, query, silent)) tally.setApart(group);
    const held = sql`${counted} AND ${m.lastSeenAtMs} >= ${query.onlineSinceMs} AND ${isHeld(query)}`;
    if (query.holds.length > 0)
      for (const group of await presentRows(tx, query, held)) tally.setApart(group);
  }
  for (const group of await presentNamed(tx, query, sql`${m.counted} = TRUE`))
    tally.add({ ...group, online: true, held: false, machines: -group.machines });
  const uncounted = sql`${m.counted} = FALSE AND ${others}`;
  for (const group of await presentRows(tx, query, uncounted)) tally.add(group);
  const groups = tally.groups();
  return groups && { groups, named: await presentNamed(tx, query, sql`TRUE`) };
}

async function readClasses(tx: Transaction, query: PresentQuery): Promise<PresentClass[]> {
  const [rows] = await tx.execute(sql`SELECT ${c.id} AS id, ${c.machineType} AS type,
      ${c.platform} AS platform, ${c.agentName} = '' AS isMachine, ${c.version} AS version,
      COALESCE(${c.failureVersion} = ${query.version}, 0) AS failedBefore
    FROM ${c} WHERE ${c.clusterId} = ${query.clusterId} AND ${c.agentName} IN ('', ${query.agentName})
      AND ${c.machineType} IN ${[...query.machineTypes]}`);
  return (rows as unknown as PresentClass[]).map(({ type, platform, version, ...row }) => ({
    ...{ id: Number(row.id), type, platform, version },
    isMachine: Boolean(Number(row.isMachine)),
    failedBefore: Boolean(Number(row.failedBefore)),
  }));
}

async function addSums(
  tx: Transaction,
  query: PresentQuery,
  tally: PresentTally,
  type: MachineType,
  ids: readonly number[],
): Promise<void> {
  const region = regionColumn({ ...query, machineTypes: [type] }, sql`${type}`, n.slot);
  const [rows] = await tx.execute(sql`SELECT ${n.classId} AS classId, MIN(${n.slot}) AS slot,
      SUM(${n.machines}) AS machines, ${region} AS region
    FROM ${n} WHERE ${n.classId} IN ${[...ids]} GROUP BY ${n.classId}, 4`);
  for (const row of rows as unknown as Record<"classId" | "slot" | "machines", number>[])
    tally.addClass(Number(row.classId), Number(row.slot), Number(row.machines));
}

/** Counted, and parked or revoked since. */
async function takeBlocked(
  tx: Transaction,
  { clusterId, machineTypes }: PresentQuery,
  tally: PresentTally,
): Promise<void> {
  const rows = await tx
    .select({ slot: m.slot, ids: m.countedClasses })
    .from(m)
    .where(sql`${m.clusterId} = ${clusterId} AND ${m.counted} = TRUE AND ${m.status} <> 'accepted'
      AND ${m.type} IN ${[...machineTypes]}`);
  for (const { slot, ids } of rows) for (const id of ids ?? []) tally.addClass(id, slot, -1);
}
