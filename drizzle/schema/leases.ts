import { mysqlTable, varchar } from "drizzle-orm/mysql-core";
import { epochMs, idRef } from "./columns.ts";

/** Who may do a periodic job now, by the database's clock. The fence grows with every change of holder. */
export const leases = mysqlTable("leases", {
  name: varchar("name", { length: 120 }).primaryKey(),
  holder: varchar("holder", { length: 64 }).notNull(),
  fence: idRef("fence").notNull(),
  expiresAtMs: epochMs("expires_at_ms").notNull(),
});
