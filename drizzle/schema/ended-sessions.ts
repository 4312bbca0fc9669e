import { index, mysqlTable, varchar } from "drizzle-orm/mysql-core";
import { epochMs } from "./columns.ts";

/** Sessions that were signed out of: a copy of their cookie is worth nothing. Until they would expire. */
export const endedSessions = mysqlTable(
  "ended_sessions",
  {
    id: varchar("id", { length: 36 }).primaryKey(),
    expiresAtMs: epochMs("expires_at_ms").notNull(),
  },
  // Sweeping.
  (t) => [index("ended_sessions_expiry_idx").on(t.expiresAtMs)],
);
