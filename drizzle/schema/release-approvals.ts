import { json, mysqlTable, varchar } from "drizzle-orm/mysql-core";
import { epochMs, idRef } from "./columns.ts";

/** Releases that needed a second person, and what that person said. */
export const releaseApprovals = mysqlTable("release_approvals", {
  releaseId: idRef("release_id").primaryKey(),
  /** Which limits it passed: codes with values. */
  reasons: json("reasons").$type<{ code: string; value: string | number }[]>().notNull(),
  state: varchar("state", { length: 16 })
    .$type<"waiting" | "approved" | "denied" | "expired">()
    .notNull(),
  askedBy: varchar("asked_by", { length: 120 }).notNull(),
  askedAtMs: epochMs("asked_at_ms").notNull(),
  expiresAtMs: epochMs("expires_at_ms").notNull(),
  decidedBy: varchar("decided_by", { length: 120 }),
  decidedAtMs: epochMs("decided_at_ms"),
  remark: varchar("remark", { length: 500 }).notNull().default(""),
});
