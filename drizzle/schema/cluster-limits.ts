import { int, mysqlTable } from "drizzle-orm/mysql-core";
import { clusterId } from "./columns.ts";

/** How many machines of a cluster may be changing at once, and how often each. No row: no limit. */
export const clusterLimits = mysqlTable("cluster_limits", {
  clusterId: clusterId().primaryKey(),
  /** null: any number. */
  changingMax: int("changing_max", { unsigned: true }),
  /** The same for machines that go back; they are counted apart. */
  rollBackChangingMax: int("roll_back_changing_max", { unsigned: true }),
  secondsBetweenChanges: int("seconds_between_changes", { unsigned: true }).notNull().default(0),
});
