import { boolean, index, mysqlTable, uniqueIndex, varchar } from "drizzle-orm/mysql-core";
import { autoId, clusterId, epochMs } from "./columns.ts";

/** While a row stands and has not run out, no machine of the cluster begins to change. */
export const freezes = mysqlTable(
  "freezes",
  {
    id: autoId(),
    /** The same at every deployment that knows of it; ids are each deployment's own. */
    orderKey: varchar("order_key", { length: 36 }).notNull(),
    /** null: all clusters. */
    clusterId: clusterId(),
    reason: varchar("reason", { length: 500 }).notNull(),
    owner: varchar("owner", { length: 120 }).notNull(),
    sinceMs: epochMs("since_ms").notNull(),
    /** null: until somebody lifts it. */
    untilMs: epochMs("until_ms"),
    allowsRollBack: boolean("allows_roll_back").notNull().default(true),
    /**
     * local: ordered at this deployment; no order that comes from another one lifts it. remote: ordered
     * by manage. master: a copy at manage of what a cluster's own people ordered there.
     */
    origin: varchar("origin", { length: 8 }).$type<"local" | "remote" | "master">().notNull(),
    /** When it was lifted before its time, and by whom. */
    liftedAtMs: epochMs("lifted_at_ms"),
    liftedBy: varchar("lifted_by", { length: 120 }).notNull().default(""),
  },
  (t) => [
    // Manage and master speak of a freeze by its key. One of all clusters is told for each of a master's.
    uniqueIndex("freezes_key_idx").on(t.orderKey, t.clusterId),
    // Every master loads the freezes that stand, each second; release facts ask when the last one of a cluster ended.
    index("freezes_lifted_idx").on(t.liftedAtMs, t.untilMs),
    index("freezes_cluster_idx").on(t.clusterId, t.liftedAtMs),
  ],
);
