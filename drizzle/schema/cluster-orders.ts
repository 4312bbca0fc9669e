import { index, mysqlTable, primaryKey, varchar } from "drizzle-orm/mysql-core";
import { clusterId, epochMs, idRef } from "./columns.ts";

/**
 * On the manage side, the outbox to remote masters. An order is the whole of what a release asks of a
 * cluster, so the newest is all that has to arrive, and one row per release and cluster is enough.
 */
export const clusterOrders = mysqlTable(
  "cluster_orders",
  {
    releaseId: idRef("release_id").notNull(),
    clusterId: clusterId().notNull(),
    /** The release's revision with this order. */
    revision: idRef("revision").notNull(),
    /** What the master has confirmed; null: nothing. */
    deliveredRevision: idRef("delivered_revision"),
    /** Whose decision it was, for the master's audit log. */
    actorKind: varchar("actor_kind", { length: 16 })
      .$type<"user" | "machine" | "system">()
      .notNull(),
    actor: varchar("actor", { length: 120 }).notNull(),
    requestId: varchar("request_id", { length: 40 }).notNull(),
    orderedAtMs: epochMs("ordered_at_ms").notNull(),
    /** Why the master refused it. */
    problem: varchar("problem", { length: 300 }).notNull().default(""),
  },
  (t) => [
    primaryKey({ columns: [t.releaseId, t.clusterId] }),
    // Delivery compares all of a cluster's orders with what its master has.
    index("cluster_orders_cluster_idx").on(t.clusterId, t.releaseId),
  ],
);
