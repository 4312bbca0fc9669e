import type { Database } from "../platform/database.ts";
import { exportAudit } from "./export-audit.ts";
import type { AuditFilter } from "./list-audit.ts";

/** A download that is written as it is read, however long the log is. */
export function auditCsv(db: Pick<Database, "select">, filter: AuditFilter): Response {
  const lines = exportAudit(db, filter);
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
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="ifrit-audit.csv"',
      "cache-control": "no-store",
    },
  });
}
