import { index, int, mysqlTable, varchar } from "drizzle-orm/mysql-core";
import type { Scope } from "../../lib/contract/desired-state.ts";
import type { MachineType } from "../../lib/contract/machine-type.ts";
import {
  agentName,
  agentVersion,
  autoId,
  clusterId,
  epochMs,
  idRef,
  machineId,
  machineType,
} from "./columns.ts";

/**
 * A release's word on which machines should run (or drop) an agent. Rows are added as a release
 * spreads and deleted when it is rolled back; none is ever changed.
 */
export const desiredEntries = mysqlTable(
  "desired_entries",
  {
    id: autoId(),
    releaseId: idRef("release_id").notNull(),
    clusterId: clusterId().notNull(),
    machineType: machineType().$type<MachineType>().notNull(),
    agentName: agentName().notNull(),
    scope: varchar("scope", { length: 8 }).$type<Scope>().notNull(),
    /** Only with scope gray. */
    machineId: machineId(),
    /** Only with scope batch: 1 … batchCount. */
    batch: int("batch", { unsigned: true }),
    batchCount: int("batch_count", { unsigned: true }),
    /**
     * Salts the ring that maps slots to batches ("": the sticky ring). A stage that opens 10 % of
     * the ring adds batches 1 … 10 of 100, so one release may have up to 100 batch rows per type.
     */
    ringSalt: varchar("ring_salt", { length: 40 }).notNull().default(""),
    /** null: the agent is to be absent. */
    version: agentVersion(),
    timestampMs: epochMs("timestamp_ms").notNull(),
  },
  (t) => [
    // Rebuild reads all entries of a cluster.
    index("desired_entries_cluster_idx").on(t.clusterId, t.id),
    // Roll back and spread touch a release's entries.
    index("desired_entries_release_idx").on(t.releaseId),
    // Is a version still wanted anywhere (package deletion, compaction)?
    index("desired_entries_version_idx").on(t.agentName, t.version),
  ],
);
