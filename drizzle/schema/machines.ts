import { boolean, index, json, mysqlTable, smallint, varchar } from "drizzle-orm/mysql-core";
import type { MachineFacts } from "../../lib/contract/machine-facts.ts";
import type { MachineType } from "../../lib/contract/machine-type.ts";
import type { StatusReason } from "../../lib/contract/machine-views.ts";
import type { Platform } from "../../lib/contract/platform.ts";
import type { TrustReport } from "../../lib/contract/report.ts";
import { agentVersion, clusterId, epochMs, idRef, machineId, machineType } from "./columns.ts";

export type MachineStatus = "pending" | "accepted" | "parked" | "revoked";

export const machines = mysqlTable(
  "machines",
  {
    id: machineId("id").primaryKey(),
    clusterId: clusterId().notNull(),
    type: machineType("type").$type<MachineType>().notNull(),
    platform: varchar("platform", { length: 20 }).$type<Platform>().notNull(),
    /** hash64(id) mod 16384: the machine's place on the ring. */
    slot: smallint("slot", { unsigned: true }).notNull(),
    hostname: varchar("hostname", { length: 255 }).notNull(),
    facts: json("facts").$type<MachineFacts>().notNull(),
    status: varchar("status", { length: 16 }).$type<MachineStatus>().notNull(),
    /** Why it has this status, by whom and since when; null: it was accepted when it enrolled. */
    statusReason: json("status_reason").$type<StatusReason>(),
    /** "": the next one that enrolls under this id brings its own. */
    publicKey: varchar("public_key", { length: 43 }).notNull(),
    /** The highest token counter seen; a token request must exceed it. */
    tokenCounter: idRef("token_counter").notNull().default(0),
    /** The process that got the last token; "": it named none. */
    tokenInstance: varchar("token_instance", { length: 16 }).notNull().default(""),
    tokenInstanceAtMs: epochMs("token_instance_at_ms").notNull().default(0),
    /** When it last got a token. */
    tokenAtMs: epochMs("token_at_ms").notNull().default(0),
    /** When a counter last went back: once is a restored disk, twice in a while are two machines. */
    counterWentBackAtMs: epochMs("counter_went_back_at_ms").notNull().default(0),
    /** By which token it enrolled. */
    enrollmentTokenId: idRef("enrollment_token_id").notNull().default(0),
    /** From that token: they win over what the machine says of itself. */
    labels: json("labels").$type<Record<string, string>>().notNull().default({}),
    ifritAgentVersion: agentVersion("ifrit_agent_version").notNull(),
    /** Digest of the agent states that the last stored report told of. */
    stateDigest: varchar("state_digest", { length: 32 }).notNull().default(""),
    reportSequence: idRef("report_sequence").notNull().default(0),
    /** What it last said that it believes; null: it checks no signatures, or has not reported yet. */
    trust: json("trust").$type<TrustReport>(),
    /** Parts of that, to count by: 0 and "" stand for none. The problem is "<subject> <refusal>". */
    trustRootVersion: idRef("trust_root_version").notNull().default(0),
    trustProblem: varchar("trust_problem", { length: 40 }).notNull().default(""),
    trustSequence: idRef("trust_sequence").notNull().default(0),
    enrolledAtMs: epochMs("enrolled_at_ms").notNull(),
    lastSeenAtMs: epochMs("last_seen_at_ms").notNull().default(0),
    /** true: the machine is in the counts of agent_state_counts, under the classes below. */
    counted: boolean("counted").notNull().default(false),
    countedClasses: json("counted_classes").$type<number[]>(),
  },
  (t) => [
    // Machines page: a cluster's machines by keyset (cluster, id).
    index("machines_cluster_id_idx").on(t.clusterId, t.id),
    // How many machines of a type does a cluster have, by slot (release targets, batch sizes).
    index("machines_cluster_type_slot_idx").on(t.clusterId, t.type, t.slot),
    // Facts: machines that the counts do not tell about: silent, blocked, or not counted yet. Also
    // the newest word from each type. Covers what facts need of a machine.
    index("machines_apart_idx").on(
      t.clusterId,
      t.counted,
      t.status,
      t.type,
      t.lastSeenAtMs,
      t.slot,
      t.platform,
    ),
    // Search by host name prefix.
    index("machines_hostname_idx").on(t.hostname),
    // The set of machines that may not check in, loaded whole by every master.
    index("machines_status_idx").on(t.status),
    // Machines by the root that they trust and by what they refuse.
    index("machines_trust_idx").on(t.clusterId, t.status, t.trustRootVersion, t.trustProblem),
    // The newest statement of the director that any machine of a cluster has seen.
    index("machines_trust_sequence_idx").on(t.clusterId, t.trustSequence),
    // How many machines each enrollment token took in.
    index("machines_enrollment_token_idx").on(t.enrollmentTokenId),
  ],
);
