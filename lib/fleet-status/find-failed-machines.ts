import { type SQL, sql } from "drizzle-orm";
import {
  agentStateCounts,
  agentStateClasses as c,
} from "../../drizzle/schema/agent-state-counts.ts";
import { machineAgentStates as s } from "../../drizzle/schema/machine-agent-states.ts";
import { machines as m } from "../../drizzle/schema/machines.ts";
import type { Database } from "../platform/database.ts";
import { parseOutcome } from "./count-outcomes-by-row.ts";
import type { OutcomeGroup, OutcomeQuery } from "./outcome.ts";
import { acceptedOf, classSource, outcomeWithReason, rowSource } from "./outcome-expression.ts";

/** Of so many slots that have machines of a reason, the machines are looked at. */
const slotsPerReason = 16;
/** Of silent machines, and of those that are not counted yet. */
const rowsMax = 2_000;

export type FailedMachine = {
  machineId: string;
  hostname: string;
  reason: string;
  message: string;
};
type Db = Pick<Database, "execute">;

/** What a failure is called: by the machine's reason, or by what the server found. null: it is none. */
export function reasonToTell({
  outcome,
  reason,
}: Pick<OutcomeGroup, "outcome" | "reason">): string | null {
  if (outcome === "goneDark") return "gone_dark";
  if (outcome === "overBudget") return "over_budget";
  return outcome === "failed" || outcome === "rolledBackOnMachine" ? reason : null;
}

/**
 * Up to so many machines for each reason, the newest of those that were looked at first: in a few
 * slots that the counts name, a range of machine_agent_states_progress_idx each; among silent
 * machines and those that are not counted, a range of machines_apart_idx each.
 */
export async function findFailedMachines(
  db: Db,
  query: OutcomeQuery,
  machinesMax: number,
): Promise<FailedMachine[]> {
  const found = new Map<string, FailedMachine[]>();
  const take = (rows: readonly FailedMachine[]) => {
    for (const row of rows) {
      const held = found.get(row.reason) ?? [];
      found.set(row.reason, held);
      const isNew = held.every(({ machineId }) => machineId !== row.machineId);
      if (isNew && held.length < machinesMax) held.push(row);
    }
  };
  for (const slots of await slotsByReason(db, query))
    take(await readFailed(db, query, sql`${s.slot} IN ${slots}`));
  const { onlineSinceMs } = query;
  take(
    await readFailed(db, query, sql`${m.counted} = TRUE AND ${m.lastSeenAtMs} < ${onlineSinceMs}`),
  );
  take(await readFailed(db, query, sql`NOT ${m.counted}`));
  return [...found.values()].flat();
}

/** By the counts, a few slots for each reason, or rather those that have not been named before. */
async function slotsByReason(db: Db, query: OutcomeQuery): Promise<number[][]> {
  const outcome = outcomeWithReason(query, classSource);
  const [rows] = await db.execute(sql`SELECT ${c.id} AS id, ${outcome} AS outcome FROM ${c}
    WHERE ${c.clusterId} = ${query.clusterId} AND ${c.agentName} = ${query.agentName}
      AND ${c.machineType} IN ${[...query.machineTypes]}`);
  const classes = new Map<string, number[]>();
  for (const { id, outcome } of rows as unknown as { id: number; outcome: string }[]) {
    const reason = reasonToTell(parseOutcome(outcome));
    if (reason) classes.set(reason, [...(classes.get(reason) ?? []), Number(id)]);
  }
  const named = new Set<number>();
  const lists: number[][] = [];
  for (const ids of classes.values()) {
    const n = agentStateCounts;
    const [slots] = await db.execute(sql`SELECT ${n.slot} AS slot FROM ${n}
      WHERE ${n.classId} IN ${ids} AND ${n.machines} > 0 LIMIT ${slotsPerReason}`);
    const own = (slots as unknown as { slot: number }[]).map(({ slot }) => Number(slot));
    const further = [...new Set(own)].filter((slot) => !named.has(slot));
    for (const slot of further) named.add(slot);
    if (further.length > 0) lists.push(further);
  }
  return lists;
}

async function readFailed(db: Db, query: OutcomeQuery, where: SQL): Promise<FailedMachine[]> {
  const outcome = outcomeWithReason(query, rowSource(query));
  const [rows] = await db.execute(sql`SELECT ${m.id} AS machineId, ${m.hostname} AS hostname,
      ${outcome} AS outcome, COALESCE(JSON_VALUE(${s.failure}, '$.message'), '') AS message
    FROM ${m} JOIN ${s} ON ${s.machineId} = ${m.id} AND ${s.agentName} = ${query.agentName}
    WHERE ${acceptedOf(query)} AND ${s.clusterId} = ${query.clusterId}
      AND ${s.machineType} IN ${[...query.machineTypes]} AND ${where}
    HAVING SUBSTRING_INDEX(outcome, ' ', 1) IN ('failed', 'rolledBackOnMachine', 'goneDark', 'overBudget')
    ORDER BY ${s.changedAtMs} DESC LIMIT ${rowsMax}`);
  return (rows as unknown as (Omit<FailedMachine, "reason"> & { outcome: string })[]).flatMap(
    ({ outcome, ...machine }) => {
      const reason = reasonToTell(parseOutcome(outcome));
      return reason ? [{ ...machine, reason }] : [];
    },
  );
}
