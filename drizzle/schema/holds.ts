import { index, json, mysqlTable, uniqueIndex, varchar } from "drizzle-orm/mysql-core";
import { agentName, autoId, clusterId, epochMs, machineId } from "./columns.ts";

/** One machine, or all that carry the labels, is left out of changes until then. */
export const holds = mysqlTable(
  "holds",
  {
    id: autoId(),
    /** The same at manage and at the masters that it is told to. */
    orderKey: varchar("order_key", { length: 36 }).notNull(),
    /** At manage: of the machine, when it is another deployment's. At a master: for which manage ordered it. */
    clusterId: clusterId(),
    /** remote: ordered by manage, which alone ends it. */
    origin: varchar("origin", { length: 8 }).$type<"local" | "remote">().notNull().default("local"),
    /** Either this … */
    machineId: machineId(),
    /** … or these: a machine is meant that carries all of them. */
    labels: json("labels").$type<Record<string, string>>(),
    /** null: all agents. */
    agentName: agentName(),
    owner: varchar("owner", { length: 120 }).notNull(),
    reason: varchar("reason", { length: 500 }).notNull(),
    createdAtMs: epochMs("created_at_ms").notNull(),
    untilMs: epochMs("until_ms").notNull(),
  },
  (t) => [
    // Every master loads the holds that have not run out, each second.
    index("holds_until_idx").on(t.untilMs),
    // Told twice, it is one; for each of a master's clusters it is told once.
    uniqueIndex("holds_key_idx").on(t.orderKey, t.clusterId),
  ],
);
