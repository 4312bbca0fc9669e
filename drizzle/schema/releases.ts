import { index, json, mysqlTable, varchar } from "drizzle-orm/mysql-core";
import type { MachineType } from "../../lib/contract/machine-type.ts";
import type { ReleaseState } from "../../lib/contract/release-state.ts";
import { agentName, agentVersion, autoId, clusterId, epochMs } from "./columns.ts";

/** An operator's order to bring an agent to a version (or to remove it) in a cluster. */
export const releases = mysqlTable(
  "releases",
  {
    id: autoId(),
    agentName: agentName().notNull(),
    /** null: the release removes the agent. */
    version: agentVersion(),
    clusterId: clusterId().notNull(),
    machineTypes: json("machine_types").$type<MachineType[]>().notNull(),
    /** The machines that get it first; empty when it went to the whole cluster at once. */
    grayMachineIds: json("gray_machine_ids").$type<string[]>().notNull(),
    /** How far it has been opened. */
    reach: varchar("reach", { length: 16 }).$type<"gray" | "cluster">().notNull(),
    state: varchar("state", { length: 24 }).$type<ReleaseState>().notNull(),
    /** All its desired entries carry this; the newest one wins on a machine. */
    timestampMs: epochMs("timestamp_ms").notNull(),
    note: varchar("note", { length: 500 }).notNull().default(""),
    createdBy: varchar("created_by", { length: 120 }).notNull(),
    createdAtMs: epochMs("created_at_ms").notNull(),
    finishedAtMs: epochMs("finished_at_ms"),
  },
  (t) => [
    // Agent page: its releases, newest first.
    index("releases_agent_idx").on(t.agentName, t.id),
    // Releases page and overview: those of a cluster in a state, newest first.
    index("releases_cluster_state_idx").on(t.clusterId, t.state, t.id),
  ],
);
