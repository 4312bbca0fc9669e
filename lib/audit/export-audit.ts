import type { AuditEntryView } from "../contract/console-views.ts";
import type { Database } from "../platform/database.ts";
import { type AuditFilter, listAudit } from "./list-audit.ts";

const pageRows = 1_000;
const byteOrderMark = "\uFEFF";
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

export type ExportFormat = "csv" | "ndjson";

/** CSV is RFC 4180; spreadsheets know UTF-8 by the mark. NDJSON is one entry of the API per line. */
const formats: Record<ExportFormat, { head: string; line: (entry: AuditEntryView) => string }> = {
  csv: { head: `${byteOrderMark}${columns.join(",")}\r\n`, line: csvLine },
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

function csvLine(entry: AuditEntryView): string {
  const { atMs, before, after, ...rest } = entry;
  const values: Record<(typeof columns)[number], string | number | null> = {
    ...rest,
    time: new Date(atMs).toISOString(),
    before: before === null ? null : JSON.stringify(before),
    after: after === null ? null : JSON.stringify(after),
  };
  return `${columns.map((column) => csvCell(values[column])).join(",")}\r\n`;
}

/** A cell that begins like a formula would be run by spreadsheets: an apostrophe makes it text. */
export function csvCell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
