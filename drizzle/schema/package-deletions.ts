import { index, mysqlTable, varchar } from "drizzle-orm/mysql-core";
import { epochMs } from "./columns.ts";

/**
 * Archives that were deleted here, so that remote masters delete theirs. A missing row would not do:
 * what a restored database has forgotten was not deleted.
 */
export const packageDeletions = mysqlTable(
  "package_deletions",
  {
    sha256: varchar("sha256", { length: 64 }).primaryKey(),
    deletedAtMs: epochMs("deleted_at_ms").notNull(),
  },
  // The newest are told to masters that still have them.
  (t) => [index("package_deletions_time_idx").on(t.deletedAtMs)],
);
