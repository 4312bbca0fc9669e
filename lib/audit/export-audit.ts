import type { AuditEntryView } from "../contract/console-views.ts";
import { byteOrderMark, csvLine } from "../platform/csv.ts";
import type { Database } from "../platform/database.ts";
import type { ExportFormat } from "../platform/text-download.ts";
import { type AuditFilter, listAudit } from "./list-audit.ts";

const pageRows = 1_000;
const columns = [
  "id",
  "time",
  "actorKind",
  "actor",
  "action",
  "subjectKind",
  "subjectId",
  "clusterId",
  "requestId",
  "source",
  "before",
  "after",
] as const;

/** CSV is RFC 4180; spreadsheets know UTF-8 by the mark. NDJSON is one entry of the API per line. */
const formats: Record<ExportFormat, { head: string; line: (entry: AuditEntryView) => string }> = {
  csv: { head: `${byteOrderMark}${columns.join(",")}\r\n`, line: csvOf },
  ndjson: { head: "", line: (entry) => `${JSON.stringify(entry)}\n` },
};

/** All matching entries, newest first, page by page. */
export async function* exportAudit(
  db: Pick<Database, "select">,
  filter: AuditFilter,
  format: ExportFormat = "csv",
): AsyncGenerator<string> {
  const { head, line } = formats[format];
  if (head) yield head;
  let beforeId: number | undefined;
  for (;;) {
    const { entries, nextId } = await listAudit(db, { ...filter, beforeId, limit: pageRows });
    if (entries.length > 0) yield entries.map(line).join("");
    if (nextId === null) return;
    beforeId = nextId;
  }
}

function csvOf(entry: AuditEntryView): string {
  const { atMs, before, after, ...rest } = entry;
  const values: Record<(typeof columns)[number], string | number | null> = {
    ...rest,
    time: new Date(atMs).toISOString(),
    before: before === null ? null : JSON.stringify(before),
    after: after === null ? null : JSON.stringify(after),
  };
  return csvLine(columns.map((column) => values[column]));
}
