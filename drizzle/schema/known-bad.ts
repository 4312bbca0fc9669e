import { index, mysqlTable, uniqueIndex, varchar } from "drizzle-orm/mysql-core";
import { agentName, agentVersion, autoId, clusterId, epochMs, idRef } from "./columns.ts";

/** While a row stands, no machine that it binds begins to change to the version. It moves none away. */
export const knownBad = mysqlTable(
  "known_bad",
  {
    id: autoId(),
    /** The same at manage and at the masters that it is told to. */
    orderKey: varchar("order_key", { length: 36 }).notNull(),
    /** null: all clusters. At a master always the cluster for which manage told it. */
    clusterId: clusterId(),
    /** remote: told by manage, which alone lifts it. */
    origin: varchar("origin", { length: 8 }).$type<"local" | "remote">().notNull().default("local"),
    agentName: agentName().notNull(),
    /** Either this … */
    version: agentVersion(),
    /** … or every version that has this archive. */
    sha256: varchar("sha256", { length: 64 }),
    reason: varchar("reason", { length: 500 }).notNull(),
    /** gate: a release of it (release_id) did not hold its gate. */
    cause: varchar("cause", { length: 8 }).$type<"person" | "gate">().notNull(),
    releaseId: idRef("release_id"),
    markedBy: varchar("marked_by", { length: 120 }).notNull(),
    markedAtMs: epochMs("marked_at_ms").notNull(),
    liftedAtMs: epochMs("lifted_at_ms"),
    liftedBy: varchar("lifted_by", { length: 120 }).notNull().default(""),
    liftedRemark: varchar("lifted_remark", { length: 500 }).notNull().default(""),
  },
  (t) => [
    // Told twice, it is one; for each of a master's clusters it is told once.
    uniqueIndex("known_bad_key_idx").on(t.orderKey, t.clusterId),
    // Plans: the marks of an agent that stand. Agent page: all of them, newest first.
    index("known_bad_agent_idx").on(t.agentName, t.liftedAtMs),
    // Every master loads those that stand, each second.
    index("known_bad_lifted_idx").on(t.liftedAtMs),
  ],
);
