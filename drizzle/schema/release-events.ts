import { index, json, mysqlTable, varchar } from "drizzle-orm/mysql-core";
import { autoId, epochMs, idRef } from "./columns.ts";

/** What a release did and why, for people. Append-only. */
export const releaseEvents = mysqlTable(
  "release_events",
  {
    id: autoId(),
    releaseId: idRef("release_id").notNull(),
    atMs: epochMs("at_ms").notNull(),
    kind: varchar("kind", { length: 40 }).notNull(),
    /** Values that the event's sentence is filled with, in the reader's language. */
    detail: json("detail").$type<Record<string, string | number>>().notNull(),
    actor: varchar("actor", { length: 120 }).notNull(),
  },
  // Release page: its events in order.
  (t) => [index("release_events_release_idx").on(t.releaseId, t.id)],
);
