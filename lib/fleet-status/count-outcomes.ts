import { type SQL, sql } from "drizzle-orm";
import { machineAgentStates as s } from "../../drizzle/schema/machine-agent-states.ts";
import { machines as m } from "../../drizzle/schema/machines.ts";
import type { MachineType } from "../contract/machine-type.ts";
import type { Platform } from "../contract/platform.ts";
import type { Database } from "../platform/database.ts";

/**
 * Where a machine stands on its way to a version. dark: it took the version for this release and has
 * not been seen since. healthy says nothing about who asked for the version.
 */
export const outcomes = [
  "pending",
  "downloading",
  "switching",
  "watching",
  "healthy",
  "failed",
  "dark",
  "offline",
  "notEligible",
] as const;
export type Outcome = (typeof outcomes)[number];

export type OutcomeQuery = {
  clusterId: string;
  machineTypes: readonly MachineType[];
  agentName: string;
  /** null: the agent is to be gone. */
  version: string | null;
  releaseId: number;
  /** The platforms that the version has a package for. */
  platforms: readonly Platform[];
  /** Machines seen since then are online. */
  onlineSinceMs: number;
  /** Counted apart from the ring, by name. */
  named: readonly string[];
};

export type OutcomeGroup = { type: MachineType; slot: number; outcome: Outcome; machines: number };
export type NamedOutcome = { machineId: string; type: MachineType; slot: number; outcome: Outcome };

/**
 * Every accepted machine of the types once: those that are named one by one, all others folded by
 * slot. One pass over machines_cluster_type_slot_idx with a look-up in the states' primary key, and at
 * most types × 16,384 × outcomes rows come back, however many machines there are.
 */
export async function countOutcomes(
  db: Pick<Database, "execute">,
  query: OutcomeQuery,
): Promise<{ groups: OutcomeGroup[]; named: NamedOutcome[] }> {
  const outcome = outcomeOf(query);
  const where = acceptedOf(query);
  const none = query.named.length === 0;
  const apart = none ? sql`` : sql`AND ${m.id} NOT IN ${[...query.named]}`;
  const [groups] = await db.execute(sql`
    SELECT ${m.type} AS type, ${m.slot} AS slot, ${outcome} AS outcome, COUNT(*) AS machines
    FROM ${m} LEFT JOIN ${s} ON ${s.machineId} = ${m.id} AND ${s.agentName} = ${query.agentName}
    WHERE ${where} ${apart} GROUP BY 1, 2, 3`);
  const [named] = none
    ? [[]]
    : await db.execute(sql`
        SELECT ${m.id} AS machineId, ${m.type} AS type, ${m.slot} AS slot, ${outcome} AS outcome
        FROM ${m} LEFT JOIN ${s} ON ${s.machineId} = ${m.id} AND ${s.agentName} = ${query.agentName}
        WHERE ${where} AND ${m.id} IN ${[...query.named]}`);
  return {
    groups: groups as unknown as OutcomeGroup[],
    named: named as unknown as NamedOutcome[],
  };
}

export function acceptedOf(query: Pick<OutcomeQuery, "clusterId" | "machineTypes">): SQL {
  return sql`${m.clusterId} = ${query.clusterId} AND ${m.type} IN ${[...query.machineTypes]}
    AND ${m.status} = 'accepted'`;
}

/** The order of the cases is the rule: what is further down no longer counts. */
export function outcomeOf(query: OutcomeQuery): SQL<Outcome> {
  const online = sql`${m.lastSeenAtMs} >= ${query.onlineSinceMs}`;
  const forThis = sql`${s.releaseId} = ${query.releaseId}`;
  return query.version === null
    ? sql`CASE
        WHEN ${s.machineId} IS NULL OR (${s.version} IS NULL AND ${s.phase} <> 'failed') THEN 'healthy'
        WHEN ${s.phase} IN ('failed', 'backoff') AND ${forThis} THEN 'failed'
        WHEN NOT (${online}) THEN 'offline'
        WHEN ${s.phase} = 'removing' THEN 'switching'
        ELSE 'pending' END`
    : presentOutcome(query.version, query.platforms, online, forThis);
}

function presentOutcome(
  version: string,
  platforms: readonly Platform[],
  online: SQL,
  forThis: SQL,
): SQL<Outcome> {
  const there = sql`${s.version} = ${version}`;
  const comes = sql`(${there} OR ${s.targetVersion} = ${version})`;
  // A version that was put back on the machine is named by the failure only.
  const failed = sql`(${s.phase} IN ('failed', 'backoff') AND ${comes}
    OR JSON_VALUE(${s.failure}, '$.version') = ${version} AND NOT (${there} AND ${s.phase} = 'running'))`;
  return sql`CASE
    WHEN ${m.platform} NOT IN ${[...platforms, ""]} OR ${s.phase} = 'notEligible' AND ${forThis} THEN 'notEligible'
    WHEN ${failed} AND ${forThis} THEN 'failed'
    WHEN ${there} AND ${forThis} AND NOT (${online}) THEN 'dark'
    WHEN ${there} AND ${s.phase} = 'running' THEN 'healthy'
    WHEN NOT (${online}) THEN 'offline'
    WHEN ${comes} AND ${s.phase} IN ('downloading', 'verifying') THEN 'downloading'
    WHEN ${comes} AND ${s.phase} = 'switching' THEN 'switching'
    WHEN ${comes} AND ${s.phase} = 'watching' THEN 'watching'
    ELSE 'pending' END`;
}
