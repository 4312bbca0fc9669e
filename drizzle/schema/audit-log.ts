import { index, json, mysqlTable, varchar } from "drizzle-orm/mysql-core";
import { autoId, epochMs } from "./columns.ts";

/** Every write, in the same transaction as the write. Append-only. */
export const auditLog = mysqlTable(
  "audit_log",
  {
    id: autoId(),
    atMs: epochMs("at_ms").notNull(),
    actorKind: varchar("actor_kind", { length: 16 })
      .$type<"user" | "machine" | "system">()
      .notNull(),
    actor: varchar("actor", { length: 120 }).notNull(),
    /** Closed list: see lib/audit/actions.ts. */
    action: varchar("action", { length: 60 }).notNull(),
    subjectKind: varchar("subject_kind", { length: 40 }).notNull(),
    subjectId: varchar("subject_id", { length: 190 }).notNull(),
    clusterId: varchar("cluster_id", { length: 63 }),
    requestId: varchar("request_id", { length: 40 }).notNull(),
    source: varchar("source", { length: 64 }).notNull(),
    before: json("before").$type<unknown>(),
    after: json("after").$type<unknown>(),
  },
  (t) => [
    // Audit page filters: by subject, by actor, by action; each newest first.
    index("audit_log_subject_idx").on(t.subjectKind, t.subjectId, t.id),
    index("audit_log_actor_idx").on(t.actor, t.id),
    index("audit_log_action_idx").on(t.action, t.id),
  ],
);
