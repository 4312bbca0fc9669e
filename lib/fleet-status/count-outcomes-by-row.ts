import { type SQL, sql } from "drizzle-orm";
import { machines as m } from "../../drizzle/schema/machines.ts";
import type { FailureReason } from "../contract/agent-state.ts";
import type { Database } from "../platform/database.ts";
import type {
  NamedOutcome,
  Outcome,
  OutcomeCounts,
  OutcomeGroup,
  OutcomeQuery,
} from "./outcome.ts";
import {
  acceptedOf,
  machinesWithStates,
  outcomeWithReason,
  restartedOf,
  rowSource,
} from "./outcome-expression.ts";
import { regionColumn } from "./regions.ts";

/**
 * The meaning of countOutcomes(): every accepted machine of the types once, those that are named one
 * by one, all others folded by slot or region. Ten microseconds a machine.
 */
export async function countOutcomesByRow(
  db: Pick<Database, "execute">,
  query: OutcomeQuery,
): Promise<OutcomeCounts> {
  const groups = await countRows(db, query, sql`TRUE`);
  return {
    groups,
    named: (await readNamed(db, query)).map(({ online: _, counted: __, ...one }) => one),
  };
}

/** Machines that are not named, as far as the condition goes. */
export async function countRows(
  db: Pick<Database, "execute">,
  query: OutcomeQuery,
  where: SQL,
): Promise<OutcomeGroup[]> {
  const source = rowSource(query);
  const [rows] = await db.execute(sql`SELECT ${m.type} AS type, MIN(${m.slot}) AS slot,
      ${outcomeWithReason(query, source)} AS outcome, COUNT(*) AS machines,
      SUM(${restartedOf(query, source)}) AS restarted, ${regionColumn(query, m.type, m.slot)} AS region
    ${machinesWithStates(query)} WHERE ${acceptedOf(query)} AND ${where} ${notNamed(query)}
    GROUP BY ${m.type}, 6, 3`);
  return (rows as unknown as CountedRow[]).map(parseGroup);
}

export type NamedRow = NamedOutcome & {
  /** Where the machine would stand if it were online. */
  online: { outcome: Outcome; reason: FailureReason | null };
  counted: boolean;
};

export async function readNamed(
  db: Pick<Database, "execute">,
  query: OutcomeQuery,
  where: SQL = sql`TRUE`,
): Promise<NamedRow[]> {
  if (query.named.length === 0) return [];
  const source = rowSource(query);
  const online = { ...source, online: sql`TRUE` };
  const [rows] =
    await db.execute(sql`SELECT ${m.id} AS machineId, ${m.type} AS type, ${m.slot} AS slot,
      ${outcomeWithReason(query, source)} AS outcome, ${outcomeWithReason(query, online)} AS onlineOutcome,
      1 AS machines, ${restartedOf(query, source)} AS restarted, ${m.counted} AS counted
    ${machinesWithStates(query)} WHERE ${acceptedOf(query)} AND ${m.id} IN ${[...query.named]}
      AND ${where}`);
  return (rows as unknown as (CountedRow & NamedColumns)[]).map((row) => ({
    ...parseGroup(row),
    machineId: row.machineId,
    online: parseOutcome(row.onlineOutcome),
    counted: Boolean(Number(row.counted)),
  }));
}

export type CountedRow = {
  type: OutcomeGroup["type"];
  slot: number;
  outcome: string;
  machines: number;
  restarted: number;
};
type NamedColumns = { machineId: string; onlineOutcome: string; counted: number };

export function notNamed({ named }: OutcomeQuery): SQL {
  return named.length > 0 ? sql`AND ${m.id} NOT IN ${[...named]}` : sql``;
}

export function parseOutcome(text: string): { outcome: Outcome; reason: FailureReason | null } {
  const [outcome, reason = null] = text.split(" ");
  return { outcome: outcome as Outcome, reason: reason as FailureReason | null };
}

function parseGroup({ type, slot, outcome, machines, restarted }: CountedRow): OutcomeGroup {
  const counts = { machines: Number(machines), restarted: Number(restarted) };
  return { type, slot: Number(slot), ...parseOutcome(outcome), ...counts };
}
