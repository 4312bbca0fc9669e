import {
  bigint,
  boolean,
  index,
  int,
  mysqlTable,
  primaryKey,
  smallint,
  varchar,
} from "drizzle-orm/mysql-core";
import type { AgentPhase, FailureReason } from "../../lib/contract/agent-state.ts";
import type { MachineType } from "../../lib/contract/machine-type.ts";
import type { Platform } from "../../lib/contract/platform.ts";
import { agentName, agentVersion, clusterId, idRef, machineType } from "./columns.ts";

/**
 * Everything about an agent on a machine that progress depends on, except for whether the machine is
 * online. Agent name "": the machine itself. Few rows: most machines are in the same few classes.
 */
export const agentStateClasses = mysqlTable(
  "agent_state_classes",
  {
    /** 52 bits of a digest of all the other columns: whoever counts knows the id without asking. */
    id: bigint("id", { mode: "number", unsigned: true }).primaryKey(),
    clusterId: clusterId().notNull(),
    agentName: agentName().notNull(),
    machineType: machineType().$type<MachineType>().notNull(),
    platform: varchar("platform", { length: 20 }).$type<Platform>().notNull(),
    phase: varchar("phase", { length: 16 }).$type<AgentPhase>(),
    version: agentVersion(),
    targetVersion: agentVersion("target_version"),
    releaseId: idRef("release_id"),
    failureReason: varchar("failure_reason", { length: 32 }).$type<FailureReason>(),
    failureVersion: agentVersion("failure_version"),
    restarted: boolean("restarted").notNull(),
    /** Above `budget`, for longer than a start may take. */
    overBudget: boolean("over_budget").notNull(),
    /** The limits that overBudget was judged by; "": none. */
    budget: varchar("budget", { length: 64 }).notNull(),
  },
  (t) => [
    // Facts: the classes of one agent in a cluster.
    index("agent_state_classes_agent_idx").on(t.clusterId, t.agentName, t.machineType),
  ],
);

/** How many machines of each slot are in a class. Written in the transactions that move machines. */
export const agentStateCounts = mysqlTable(
  "agent_state_counts",
  {
    classId: bigint("class_id", { mode: "number", unsigned: true }).notNull(),
    slot: smallint("slot", { unsigned: true }).notNull(),
    /** Signed: an error shows as a negative count instead of stopping the reports. */
    machines: int("machines").notNull(),
  },
  // Facts: one range per class, folded by slot.
  (t) => [primaryKey({ columns: [t.classId, t.slot] })],
);
