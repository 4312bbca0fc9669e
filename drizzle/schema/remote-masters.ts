import { int, json, mysqlTable, varchar } from "drizzle-orm/mysql-core";
import type { MasterFleet, MasterStatus } from "../../lib/contract/master-api.ts";
import { clusterId, epochMs } from "./columns.ts";

/** On the manage side: how to talk to the master of a remote cluster, and how that went last. */
export const remoteMasters = mysqlTable("remote_masters", {
  clusterId: clusterId().primaryKey(),
  /** AES-256-GCM under a key derived from IFRIT_SECRET. */
  credential: varchar("credential", { length: 400 }).notNull(),
  /** In a row; 0: the last exchange went well. */
  failures: int("failures", { unsigned: true }).notNull().default(0),
  failingSinceMs: epochMs("failing_since_ms"),
  nextAttemptAtMs: epochMs("next_attempt_at_ms").notNull().default(0),
  answeredAtMs: epochMs("answered_at_ms").notNull().default(0),
  problem: varchar("problem", { length: 300 }).notNull().default(""),
  /** What it last said of itself. */
  status: json("status").$type<MasterStatus>(),
  /** What its machines run, as it last counted, and when that was. */
  fleet: json("fleet").$type<MasterFleet>(),
  fleetAtMs: epochMs("fleet_at_ms").notNull().default(0),
  /** How long its last exchanges took, oldest first: [when, milliseconds]. */
  lags: json("lags").$type<[number, number][]>(),
});
