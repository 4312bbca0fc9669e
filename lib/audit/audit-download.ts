import type { Database } from "../platform/database.ts";
import { type ExportFormat, exportAudit } from "./export-audit.ts";
import type { AuditFilter } from "./list-audit.ts";

const contentTypes: Record<ExportFormat, string> = {
  csv: "text/csv; charset=utf-8",
  ndjson: "application/x-ndjson; charset=utf-8",
};

/** A download that is written as it is read, however long the log is. */
export function auditDownload(
  db: Pick<Database, "select">,
  filter: AuditFilter,
  format: ExportFormat,
): Response {
  const lines = exportAudit(db, filter, format);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await lines.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await lines.return(undefined);
    },
  });
  return new Response(body, {
    headers: {
      "content-type": contentTypes[format],
      "content-disposition": `attachment; filename="ifrit-audit.${format}"`,
      "cache-control": "no-store",
    },
  });
}
