import { sql } from "drizzle-orm";
import { machines as m } from "../../drizzle/schema/machines.ts";
import type { MachineType } from "../contract/machine-type.ts";
import type { Database } from "../platform/database.ts";

type CandidateQuery = {
  clusterId: string;
  machineTypes: readonly MachineType[];
  onlineSinceMs: number;
  /** Labels are the larger part of what is read. */
  withLabels: boolean;
};

type Candidate = { machineId: string; labels: Record<string, string>; online: boolean };

type Row = { machineId: string; labels: unknown; online: number; fits: number };

const rowsPerPage = 20_000;

/** Accepted machines of the types, with what a selection looks at; page by page, since there may be a million. */
export async function* listGrayCandidates(
  db: Pick<Database, "execute">,
  { clusterId, machineTypes, onlineSinceMs, withLabels }: CandidateQuery,
): AsyncGenerator<Candidate[]> {
  const labels = withLabels ? sql`JSON_EXTRACT(${m.facts}, '$.labels')` : sql`'{}'`;
  for (let after = ""; ; ) {
    const [rows] = await db.execute(sql`SELECT ${m.id} AS machineId, ${labels} AS labels,
        ${m.lastSeenAtMs} >= ${onlineSinceMs} AS online,
        ${m.status} = 'accepted' AND ${m.type} IN ${[...machineTypes]} AS fits
      FROM ${m} WHERE ${m.clusterId} = ${clusterId} AND ${m.id} > ${after}
      ORDER BY ${m.id} LIMIT ${sql.raw(String(rowsPerPage))}`);
    const page = rows as unknown as Row[];
    yield page.flatMap((row) =>
      Number(row.fits)
        ? [
            {
              machineId: row.machineId,
              labels: labelsOf(row.labels),
              online: Boolean(Number(row.online)),
            },
          ]
        : [],
    );
    const last = page[page.length - 1];
    if (!last || page.length < rowsPerPage) return;
    after = last.machineId;
  }
}

/** Some servers say of such a column that it is JSON, and the driver parses it; others give its text. */
function labelsOf(column: unknown): Record<string, string> {
  const labels = typeof column === "string" ? JSON.parse(column || "{}") : column;
  return (labels ?? {}) as Record<string, string>;
}
