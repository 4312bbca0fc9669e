import { mysqlTable } from "drizzle-orm/mysql-core";
import { clusterId, epochMs } from "./columns.ts";

/** When a cluster's machines were heard, and the last time that none was for longer than one may be silent. */
export const clusterHearing = mysqlTable("cluster_hearing", {
  clusterId: clusterId().primaryKey(),
  /** When the words of machines were last carried into the database. */
  heardAtMs: epochMs("heard_at_ms").notNull(),
  /** The silence: from the last word before it to the first one after it. 0: there was none yet. */
  silentFromMs: epochMs("silent_from_ms").notNull().default(0),
  silentUntilMs: epochMs("silent_until_ms").notNull().default(0),
});
