import { index, json, mysqlTable, varchar } from "drizzle-orm/mysql-core";
import { autoId, clusterId } from "./columns.ts";

/** When a cluster's machines may begin to change, by the wall clock of a zone. No row: at any time. */
export const changeWindows = mysqlTable(
  "change_windows",
  {
    id: autoId(),
    clusterId: clusterId().notNull(),
    /** 1 Monday … 7 Sunday. */
    days: json("days").$type<number[]>().notNull(),
    opensAt: varchar("opens_at", { length: 5 }).notNull(),
    /** Not after opensAt: of the next day. */
    closesAt: varchar("closes_at", { length: 5 }).notNull(),
    /** IANA. */
    timeZone: varchar("time_zone", { length: 64 }).notNull(),
  },
  // Read and replaced by cluster.
  (t) => [index("change_windows_cluster_idx").on(t.clusterId, t.id)],
);
