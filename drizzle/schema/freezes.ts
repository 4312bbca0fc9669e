import { boolean, index, mysqlTable, varchar } from "drizzle-orm/mysql-core";
import { autoId, clusterId, epochMs } from "./columns.ts";

/** While a row stands and has not run out, no machine of the cluster begins to change. */
export const freezes = mysqlTable(
  "freezes",
  {
    id: autoId(),
    /** null: all clusters. */
    clusterId: clusterId(),
    reason: varchar("reason", { length: 500 }).notNull(),
    owner: varchar("owner", { length: 120 }).notNull(),
    sinceMs: epochMs("since_ms").notNull(),
    /** null: until somebody lifts it. */
    untilMs: epochMs("until_ms"),
    allowsRollBack: boolean("allows_roll_back").notNull().default(true),
    /** local: ordered at this deployment; no order that comes from another one lifts it. */
    origin: varchar("origin", { length: 8 }).$type<"local" | "remote">().notNull(),
    /** When it was lifted before its time. */
    liftedAtMs: epochMs("lifted_at_ms"),
  },
  (t) => [
    // Every master loads the freezes that stand, each second; release facts ask when the last one of a cluster ended.
    index("freezes_lifted_idx").on(t.liftedAtMs, t.untilMs),
    index("freezes_cluster_idx").on(t.clusterId, t.liftedAtMs),
  ],
);
