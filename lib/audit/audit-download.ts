import type { Database } from "../platform/database.ts";
import { type ExportFormat, textDownload } from "../platform/text-download.ts";
import { exportAudit } from "./export-audit.ts";
import type { AuditFilter } from "./list-audit.ts";

export function auditDownload(
  db: Pick<Database, "select">,
  filter: AuditFilter,
  format: ExportFormat,
): Response {
  return textDownload("ifrit-audit", format, exportAudit(db, filter, format));
}
