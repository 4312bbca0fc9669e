import { sql } from "drizzle-orm";
import { machineAgentStates as s } from "../../drizzle/schema/machine-agent-states.ts";
import { machines as m } from "../../drizzle/schema/machines.ts";
import type { FailureGroup } from "../contract/console-views.ts";
import type { Database } from "../platform/database.ts";
import type { OutcomeQuery } from "./outcome.ts";
import { acceptedOf, outcomeOf } from "./outcome-expression.ts";

const examplesMax = 10;
/** Reading on would not help a person; the count of the group is exact all the same. */
const rowsMax = 2_000;

type FailureRow = { machineId: string; hostname: string; reason: string; message: string };

/**
 * Machines that failed a release in a cluster, most frequent reason first. Reasons are those that
 * machines report, and over_budget and gone_dark, which the server finds.
 */
export async function listFailures(
  db: Pick<Database, "execute">,
  query: OutcomeQuery,
): Promise<FailureGroup[]> {
  const outcome = outcomeOf(query);
  const reason = sql`CASE ${outcome} WHEN 'goneDark' THEN 'gone_dark' WHEN 'overBudget' THEN 'over_budget'
    ELSE COALESCE(JSON_VALUE(${s.failure}, '$.reason'), 'exited_early') END`;
  const from = sql`FROM ${m} JOIN ${s} ON ${s.machineId} = ${m.id} AND ${s.agentName} = ${query.agentName}
    WHERE ${acceptedOf(query)}
    AND ${outcome} IN ('failed', 'rolledBackOnMachine', 'goneDark', 'overBudget')`;
  const [counts] = await db.execute(sql`SELECT ${reason} AS reason, COUNT(*) AS machines ${from}
    GROUP BY 1 ORDER BY 2 DESC`);
  const groups = counts as unknown as { reason: string; machines: number }[];
  if (groups.length === 0) return [];
  const [rows] = await db.execute(sql`SELECT ${m.id} AS machineId, ${m.hostname} AS hostname,
    ${reason} AS reason, COALESCE(JSON_VALUE(${s.failure}, '$.message'), '') AS message
    ${from} ORDER BY ${s.changedAtMs} DESC LIMIT ${rowsMax}`);
  const examples = rows as unknown as FailureRow[];
  return groups.map(({ reason, machines }) => ({
    reason,
    machines: Number(machines),
    examples: examples
      .filter((row) => row.reason === reason)
      .slice(0, examplesMax)
      .map(({ machineId, hostname, message }) => ({ machineId, hostname, message })),
  }));
}
