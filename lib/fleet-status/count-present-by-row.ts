import { type SQL, sql } from "drizzle-orm";
import { machineAgentStates as s } from "../../drizzle/schema/machine-agent-states.ts";
import { machines as m } from "../../drizzle/schema/machines.ts";
import type { Database } from "../platform/database.ts";
import { acceptedOf, machinesWithStates } from "./outcome-expression.ts";
import type { PresentCounts, PresentGroup, PresentQuery } from "./present.ts";
import { regionColumn } from "./regions.ts";

type Reader = Pick<Database, "execute">;

/** The meaning of countPresent(): every accepted machine of the types once. */
export async function countPresentByRow(db: Reader, query: PresentQuery): Promise<PresentCounts> {
  return {
    groups: await presentRows(db, query, notNamed(query)),
    named: await presentNamed(db, query, sql`TRUE`),
  };
}

export async function presentNamed(
  db: Reader,
  query: PresentQuery,
  where: SQL,
): Promise<PresentGroup[]> {
  if (query.named.length === 0) return [];
  return presentRows(db, query, sql`${where} AND ${m.id} IN ${[...query.named]}`);
}

export async function presentRows(
  db: Reader,
  query: PresentQuery,
  where: SQL,
): Promise<PresentGroup[]> {
  const [rows] = await db.execute(sql`SELECT ${m.type} AS type, MIN(${m.slot}) AS slot,
      ${m.platform} AS platform, ${s.version} AS version,
      COALESCE(JSON_VALUE(${s.failure}, '$.version') = ${query.version}, 0) AS failedBefore,
      ${m.lastSeenAtMs} >= ${query.onlineSinceMs} AS online, ${isHeld(query)} AS held,
      COUNT(*) AS machines, ${regionColumn(query, m.type, m.slot)} AS region
    ${machinesWithStates(query)} WHERE ${acceptedOf(query)} AND ${where}
    GROUP BY ${m.type}, 9, ${m.platform}, ${s.version}, 5, 6, 7`);
  return (rows as unknown as PresentGroup[]).map(({ type, platform, version, ...row }) => ({
    ...{ type, platform, version, slot: Number(row.slot), machines: Number(row.machines) },
    failedBefore: Boolean(Number(row.failedBefore)),
    ...{ online: Boolean(Number(row.online)), held: Boolean(Number(row.held)) },
  }));
}

export function notNamed({ named }: Pick<PresentQuery, "named">): SQL {
  return named.length > 0 ? sql`${m.id} NOT IN ${[...named]}` : sql`TRUE`;
}

/** As changePermission() reads a hold: a machine by its id, or all that carry every one of the labels. */
export function isHeld({ holds }: Pick<PresentQuery, "holds">): SQL {
  const ids = holds.flatMap(({ target }) => ("machineId" in target ? [target.machineId] : []));
  const byLabel = holds.flatMap(({ target }) => ("labels" in target ? [target.labels] : []));
  const conditions = byLabel.flatMap((labels) => {
    const pairs = Object.entries(labels);
    if (pairs.length === 0) return [];
    const all = pairs.map(([name, value]) => carries(name, value));
    return sql`(${sql.join(all, sql` AND `)})`;
  });
  if (ids.length > 0) conditions.unshift(sql`${m.id} IN ${ids}`);
  if (conditions.length === 0) return sql`FALSE`;
  return sql`COALESCE(${sql.join(conditions, sql` OR `)}, FALSE)`;
}

/** Byte by byte: the database's collation takes "A" for "a". */
export function carries(name: string, value: string): SQL {
  const path = `$.labels.${JSON.stringify(name)}`;
  return sql`CAST(JSON_VALUE(${m.facts}, ${path}) AS BINARY) = CAST(${value} AS BINARY)`;
}
