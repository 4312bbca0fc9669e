import { mysqlTable, varchar } from "drizzle-orm/mysql-core";
import { clusterId, epochMs, idRef } from "./columns.ts";

export const clusters = mysqlTable("clusters", {
  id: clusterId("id").primaryKey(),
  name: varchar("name", { length: 120 }).notNull(),
  /** null: this deployment is the cluster's master. */
  masterUrl: varchar("master_url", { length: 500 }),
  /**
   * Raised in the transaction of every change to the cluster's desired entries. A rebuild records
   * the value that it read, so "is the cache behind?" is one comparison.
   */
  desiredRevision: idRef("desired_revision").notNull().default(0),
  builtRevision: idRef("built_revision").notNull().default(0),
  /** The last generation written to Redis; only grows, also when Redis has lost everything. */
  generation: idRef("generation").notNull().default(0),
  builtAtMs: epochMs("built_at_ms").notNull().default(0),
  createdAtMs: epochMs("created_at_ms").notNull(),
});
