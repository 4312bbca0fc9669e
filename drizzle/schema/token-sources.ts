import { json, mysqlTable } from "drizzle-orm/mysql-core";
import type { TokenSource } from "../../lib/contract/machine-views.ts";
import { epochMs, machineId } from "./columns.ts";

/** Which process of a machine got the last token, and which one before it: what a clone is known by. */
export const tokenSources = mysqlTable("token_sources", {
  machineId: machineId().primaryKey(),
  // Above the next one: an update assigns in this order, and this takes what the next one held.
  before: json("before").$type<TokenSource>(),
  now: json("now").$type<TokenSource>().notNull(),
  /** The first check-in of a process that had lost the identity to a later one; 0: there was none. */
  suspectedAtMs: epochMs("suspected_at_ms").notNull().default(0),
});
