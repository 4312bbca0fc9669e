import { mysqlTable, primaryKey, varchar } from "drizzle-orm/mysql-core";
import { clusterId, epochMs, idRef } from "./columns.ts";

/**
 * On the master's side: the newest order of each release that was carried out. A release that has a
 * row here is another deployment's: only orders change it.
 */
export const appliedOrders = mysqlTable(
  "applied_orders",
  {
    releaseId: idRef("release_id").notNull(),
    clusterId: clusterId().notNull(),
    revision: idRef("revision").notNull(),
    /** Of the order's content: the same revision with another content is refused. */
    digest: varchar("digest", { length: 64 }).notNull(),
    appliedAtMs: epochMs("applied_at_ms").notNull(),
  },
  (t) => [primaryKey({ columns: [t.releaseId, t.clusterId] })],
);
