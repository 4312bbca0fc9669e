import { int, mysqlTable, uniqueIndex, varchar } from "drizzle-orm/mysql-core";
import { autoId, clusterId, epochMs } from "./columns.ts";

export const enrollmentTokens = mysqlTable(
  "enrollment_tokens",
  {
    id: autoId(),
    clusterId: clusterId().notNull(),
    label: varchar("label", { length: 120 }).notNull(),
    /** sha256 hex of the token; the token itself is shown once and kept nowhere. */
    tokenHash: varchar("token_hash", { length: 64 }).notNull(),
    usesLeft: int("uses_left", { unsigned: true }).notNull(),
    expiresAtMs: epochMs("expires_at_ms").notNull(),
    createdBy: varchar("created_by", { length: 120 }).notNull(),
    createdAtMs: epochMs("created_at_ms").notNull(),
  },
  // Enrollment looks a token up by its hash.
  (t) => [uniqueIndex("enrollment_tokens_hash_idx").on(t.tokenHash)],
);
