import { sql } from "drizzle-orm";
import {
  agentStateCounts,
  agentStateClasses as c,
} from "../../drizzle/schema/agent-state-counts.ts";
import { machines as m } from "../../drizzle/schema/machines.ts";
import type { MachineType } from "../contract/machine-type.ts";
import type { Platform } from "../contract/platform.ts";
import type { Database, Transaction } from "../platform/database.ts";
import { budgetText } from "../reports/budget.ts";
import {
  countOutcomesByRow,
  countRows,
  notNamed,
  parseOutcome,
  readNamed,
} from "./count-outcomes-by-row.ts";
import type { OutcomeCounts, OutcomeQuery } from "./outcome.ts";
import {
  acceptedOf,
  classSource,
  machinesWithStates,
  outcomeWithReason,
  restartedOf,
  rowSource,
} from "./outcome-expression.ts";
import { type CountedClass, OutcomeTally } from "./outcome-tally.ts";
import { regionColumn } from "./regions.ts";

/**
 * Every accepted machine of the types once: those that are named one by one, all others folded by
 * slot or region. The same numbers as countOutcomesByRow(), without reading every machine:
 *
 *   what the counts say, as if everybody were online   classes by (cluster, agent); one range of
 *                                                      agent_state_counts for each, folded by region
 * - counted machines that are no longer accepted       range of machines_apart_idx, their ledgers
 * ± counted machines that are silent                   range of machines_apart_idx (by last_seen),
 *                                                      and a look-up in the states' primary key each
 * ± named machines                                     by primary key
 * + machines that are not counted yet                  range of machines_apart_idx, then the same
 *
 * all in one snapshot. The cost is that of classes × slots, and 5 µs for each machine apart. Where the
 * counts cannot answer (they were made for another budget, or are broken) rows are counted.
 *
 * EXPLAIN on MariaDB 10.11, a million machines of two types of which one per cent is silent:
 *
 *   agent_state_classes   ALL                        14 rows    few rows, in memory
 *   agent_state_counts    range PRIMARY          102,094 rows   once for each type, 15 ms
 *   machines (silent)     range machines_apart_idx 17,998 rows  key_len 395: down to last_seen; index only
 *   + their states        eq_ref PRIMARY               1 row    together 60 ms
 *   machines (uncounted)  range machines_apart_idx     2 rows   key_len 387
 *
 * `counted = TRUE` and not `counted`: only an equality lets the range go on to the index's next columns
 * (key_len 255 instead of 395, and 480,152 rows).
 */
export async function countOutcomes(
  db: Pick<Database, "transaction" | "execute">,
  query: OutcomeQuery,
): Promise<OutcomeCounts> {
  const snapshot = {
    isolationLevel: "repeatable read",
    withConsistentSnapshot: true,
  } as const;
  return db.transaction(async (tx) => {
    return (await countByClasses(tx, query)) ?? (await countOutcomesByRow(tx, query));
  }, snapshot);
}

/** null: the counts cannot answer. */
async function countByClasses(tx: Transaction, query: OutcomeQuery): Promise<OutcomeCounts | null> {
  const tally = new OutcomeTally(query, await readClasses(tx, query));
  if (tally.classes.size > 0) {
    for (const [type, ids] of tally.idsByType())
      for (const row of await readSums(tx, query, type, ids)) tally.addSum(row);
    for (const { slot, ids } of await readBlocked(tx, query)) tally.removeMachine(slot, ids);
    if (tally.hasOtherBudget()) return null;
    tally.foldClasses();
    for (const silent of await readSilent(tx, query)) tally.move(silent);
  }
  const named = await readNamed(tx, query);
  for (const one of named) if (one.counted) tally.add({ ...one, ...one.online }, -1);
  for (const group of await countRows(tx, query, sql`NOT ${m.counted}`)) tally.add(group, 1);
  const groups = tally.groups();
  if (!groups) return null;
  return { groups, named: named.map(({ online: _, counted: __, ...one }) => one) };
}

async function readClasses(tx: Transaction, query: OutcomeQuery): Promise<CountedClass[]> {
  const otherBudget = sql`${c.version} = ${query.version} AND ${c.releaseId} = ${query.releaseId}
    AND ${c.phase} = 'running' AND ${c.budget} <> ${budgetText(query.budget)}`;
  const [rows] = await tx.execute(sql`SELECT ${c.id} AS id, ${c.machineType} AS type,
      ${c.platform} AS platform, ${c.agentName} = '' AS isMachine,
      ${outcomeWithReason(query, classSource)} AS outcome,
      ${restartedOf(query, classSource)} AS restarted, COALESCE(${otherBudget}, 0) AS otherBudget
    FROM ${c} WHERE ${c.clusterId} = ${query.clusterId} AND ${c.agentName} IN ('', ${query.agentName})
      AND ${c.machineType} IN ${[...query.machineTypes]}`);
  return (rows as unknown as ClassRow[]).map(({ id, type, platform, ...row }) => ({
    ...{ id: Number(id), type, platform, ...parseOutcome(row.outcome) },
    isMachine: Boolean(Number(row.isMachine)),
    restarted: Boolean(Number(row.restarted)),
    otherBudget: Boolean(Number(row.otherBudget)),
  }));
}

type ClassRow = {
  id: number;
  type: MachineType;
  platform: Platform;
  outcome: string;
  isMachine: number;
  restarted: number;
  otherBudget: number;
};

async function readSums(
  tx: Transaction,
  query: OutcomeQuery,
  type: MachineType,
  ids: readonly number[],
) {
  const n = agentStateCounts;
  const region = regionColumn({ ...query, machineTypes: [type] }, sql`${type}`, n.slot);
  const [rows] = await tx.execute(sql`SELECT ${n.classId} AS classId, MIN(${n.slot}) AS slot,
      SUM(${n.machines}) AS machines, ${region} AS region
    FROM ${n} WHERE ${n.classId} IN ${[...ids]} GROUP BY ${n.classId}, 4`);
  return (rows as unknown as Record<"classId" | "slot" | "machines", number>[]).map((row) => ({
    ...{ classId: Number(row.classId), slot: Number(row.slot), machines: Number(row.machines) },
  }));
}

/** Counted, and no longer to be: parked or revoked since. The states of a revoked machine are gone. */
async function readBlocked(tx: Transaction, { clusterId, machineTypes }: OutcomeQuery) {
  const rows = await tx
    .select({ slot: m.slot, ids: m.countedClasses })
    .from(m)
    .where(sql`${m.clusterId} = ${clusterId} AND ${m.counted} = TRUE AND ${m.status} <> 'accepted'
      AND ${m.type} IN ${[...machineTypes]}`);
  return rows.map(({ slot, ids }) => ({ slot, ids: ids ?? [] }));
}

async function readSilent(tx: Transaction, query: OutcomeQuery) {
  const source = rowSource(query);
  const online = { ...source, online: sql`TRUE` };
  const silent = { ...source, online: sql`FALSE` };
  const [rows] = await tx.execute(sql`SELECT ${m.type} AS type, MIN(${m.slot}) AS slot,
      ${outcomeWithReason(query, online)} AS was, ${outcomeWithReason(query, silent)} AS \`is\`,
      COUNT(*) AS machines, SUM(${restartedOf(query, source)}) AS restarted,
      ${regionColumn(query, m.type, m.slot)} AS region
    ${machinesWithStates(query)} WHERE ${acceptedOf(query)} AND ${m.counted} = TRUE
      AND ${m.lastSeenAtMs} < ${query.onlineSinceMs} ${notNamed(query)}
    GROUP BY ${m.type}, 7, 3, 4`);
  return (rows as unknown as SilentRow[]).map((row) => ({
    ...{ type: row.type, slot: Number(row.slot), machines: Number(row.machines) },
    ...{ restarted: Number(row.restarted), was: parseOutcome(row.was), is: parseOutcome(row.is) },
  }));
}

type SilentRow = {
  type: MachineType;
  slot: number;
  was: string;
  is: string;
  machines: number;
  restarted: number;
};
