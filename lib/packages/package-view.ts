import type { packages } from "../../drizzle/schema/packages.ts";
import type { PackageView } from "../contract/console-views.ts";

export type PackageRow = typeof packages.$inferSelect;

export function packageView(row: PackageRow): PackageView {
  return {
    id: row.id,
    agentName: row.agentName,
    version: row.version,
    platform: row.platform,
    sha256: row.sha256,
    sizeBytes: row.sizeBytes,
    manifest: row.manifest,
    uploadedBy: row.uploadedBy,
    uploadedAtMs: row.uploadedAtMs,
  };
}
