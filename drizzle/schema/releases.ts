import { index, json, mysqlTable, varchar } from "drizzle-orm/mysql-core";
import type { ReleasePlan } from "../../lib/contract/release-plan.ts";
import type { ReleaseState } from "../../lib/contract/release-state.ts";
import { agentName, agentVersion, autoId, epochMs, idRef } from "./columns.ts";

/** An operator's order to bring an agent to a version (or to remove it), in stages over clusters. */
export const releases = mysqlTable(
  "releases",
  {
    id: autoId(),
    agentName: agentName().notNull(),
    /** null: the release removes the agent. */
    version: agentVersion(),
    plan: json("plan").$type<ReleasePlan>().notNull(),
    state: varchar("state", { length: 24 }).$type<ReleaseState>().notNull(),
    /** Why it is paused or ended, as an event kind with values. */
    stateReason: json("state_reason").$type<{
      code: string;
      values: Record<string, string | number>;
    }>(),
    /** All its desired entries carry this; the newest one wins on a machine. */
    timestampMs: epochMs("timestamp_ms").notNull(),
    /** Raised with every transition; a transition names the one it started from. */
    revision: idRef("revision").notNull().default(0),
    note: varchar("note", { length: 500 }).notNull().default(""),
    createdBy: varchar("created_by", { length: 120 }).notNull(),
    createdAtMs: epochMs("created_at_ms").notNull(),
    finishedAtMs: epochMs("finished_at_ms"),
  },
  (t) => [
    // Agent page: its releases, newest first.
    index("releases_agent_idx").on(t.agentName, t.id),
    // Advance job, releases page and overview: those in a state, newest first.
    index("releases_state_idx").on(t.state, t.id),
  ],
);
