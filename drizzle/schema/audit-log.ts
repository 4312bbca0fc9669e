import { char, index, json, mysqlTable, uniqueIndex, varchar } from "drizzle-orm/mysql-core";
import { autoId, epochMs, idRef } from "./columns.ts";

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
    /** Place in the chain, 1, 2, 3 … without gaps. null: from before the chain, until its first link. */
    seq: idRef("seq"),
    /** SHA-256 over the hash of the row before and this row: see lib/audit/audit-hash.ts. */
    hash: char("hash", { length: 64 }),
  },
  (t) => [
    // Verification from a place on.
    uniqueIndex("audit_log_seq_idx").on(t.seq),
    // Audit page filters: by subject, by actor, by action; each newest first.
    index("audit_log_subject_idx").on(t.subjectKind, t.subjectId, t.id),
    index("audit_log_actor_idx").on(t.actor, t.id),
    index("audit_log_action_idx").on(t.action, t.id),
  ],
);
