import { mysqlTable, varchar } from "drizzle-orm/mysql-core";
import { agentName, epochMs } from "./columns.ts";

export const agents = mysqlTable("agents", {
  name: agentName("name").primaryKey(),
  description: varchar("description", { length: 500 }).notNull().default(""),
  createdAtMs: epochMs("created_at_ms").notNull(),
});
