import {
  double,
  index,
  int,
  json,
  mysqlTable,
  primaryKey,
  smallint,
  varchar,
} from "drizzle-orm/mysql-core";
import type { AgentPhase, AgentState } from "../../lib/contract/agent-state.ts";
import type { MachineType } from "../../lib/contract/machine-type.ts";
import {
  agentName,
  agentVersion,
  clusterId,
  epochMs,
  idRef,
  machineId,
  machineType,
} from "./columns.ts";

/** What runs where, as last reported. Cluster, type and slot are repeated from the machine so that progress is one GROUP BY. */
export const machineAgentStates = mysqlTable(
  "machine_agent_states",
  {
    machineId: machineId().notNull(),
    agentName: agentName().notNull(),
    clusterId: clusterId().notNull(),
    machineType: machineType().$type<MachineType>().notNull(),
    slot: smallint("slot", { unsigned: true }).notNull(),
    phase: varchar("phase", { length: 16 }).$type<AgentPhase>().notNull(),
    version: agentVersion(),
    targetVersion: agentVersion("target_version"),
    releaseId: idRef("release_id"),
    pid: int("pid", { unsigned: true }),
    startedAtMs: epochMs("started_at_ms"),
    restarts: int("restarts", { unsigned: true }).notNull().default(0),
    cpuPercent: double("cpu_percent"),
    rssBytes: idRef("rss_bytes"),
    downloadPercent: double("download_percent"),
    failure: json("failure").$type<NonNullable<AgentState["failure"]>>(),
    /** Server's clock, when the report was taken. */
    reportedAtMs: epochMs("reported_at_ms").notNull(),
    /** Server's clock, when phase or version last changed. */
    changedAtMs: epochMs("changed_at_ms").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.machineId, t.agentName] }),
    // Release progress and version distribution: GROUP BY slot / version / phase within a cluster and agent.
    index("machine_agent_states_progress_idx").on(
      t.clusterId,
      t.agentName,
      t.machineType,
      t.slot,
      t.version,
      t.phase,
    ),
  ],
);
