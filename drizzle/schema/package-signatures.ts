import { json, mysqlTable, text, varchar } from "drizzle-orm/mysql-core";
import type { ReleaseStatement } from "../../lib/contract/release-statement.ts";
import { epochMs } from "./columns.ts";

/** What release keys say of an archive. One that is signed again, or by more keys, replaces it. */
export const packageSignatures = mysqlTable("package_signatures", {
  sha256: varchar("sha256", { length: 64 }).primaryKey(),
  /** As it came: machines get just this. */
  envelope: text("envelope").notNull(),
  /** sha256 of the envelope: do a master and its manage have the same? */
  envelopeSha256: varchar("envelope_sha256", { length: 64 }).notNull(),
  statement: json("statement").$type<ReleaseStatement>().notNull(),
  storedBy: varchar("stored_by", { length: 120 }).notNull(),
  storedAtMs: epochMs("stored_at_ms").notNull(),
});
