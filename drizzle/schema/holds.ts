import { index, json, mysqlTable, varchar } from "drizzle-orm/mysql-core";
import { agentName, autoId, epochMs, machineId } from "./columns.ts";

/** One machine, or all that carry the labels, is left out of changes until then. */
export const holds = mysqlTable(
  "holds",
  {
    id: autoId(),
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
  // Every master loads the holds that have not run out, each second.
  (t) => [index("holds_until_idx").on(t.untilMs)],
);
