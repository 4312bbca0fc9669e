import { type SQL, sql } from "drizzle-orm";
import { machineAgentStates as s } from "../../drizzle/schema/machine-agent-states.ts";
import { machines as m } from "../../drizzle/schema/machines.ts";
import type { FailureReason } from "../contract/agent-state.ts";
import type { MachineType } from "../contract/machine-type.ts";
import type { Platform } from "../contract/platform.ts";
import type { Database } from "../platform/database.ts";

/**
 * Where a machine stands on its way to what a release asks for. goneDark: it had begun to change, or
 * has changed, and fell silent. healthy says nothing about which release asked for the version.
 */
export const outcomes = [
  "pending",
  "downloading",
  "switching",
  "watching",
  "healthy",
  "overBudget",
  "failed",
  "rolledBackOnMachine",
  "goneDark",
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
  /** What the version promises not to exceed. */
  budget: { cpuPercent?: number | undefined; rssMiB?: number | undefined };
  /** Machines seen since then are online. */
  onlineSinceMs: number;
  /** Counted apart from the ring, by name. */
  named: readonly string[];
};

type Counted = {
  type: MachineType;
  slot: number;
  outcome: Outcome;
  /** With outcome failed. */
  reason: FailureReason | null;
  machines: number;
  /** Of them, those whose agent has exited by itself. */
  restarted: number;
};
export type OutcomeGroup = Counted;
export type NamedOutcome = Counted & { machineId: string };

/**
 * Every accepted machine of the types once: those that are named one by one, all others folded by
 * slot. One pass over machines_cluster_type_slot_idx with a look-up in the states' primary key, and
 * what comes back is bounded by types × slots × outcomes, however many machines there are.
 */
export async function countOutcomes(
  db: Pick<Database, "execute">,
  query: OutcomeQuery,
): Promise<{ groups: OutcomeGroup[]; named: NamedOutcome[] }> {
  const named = [...query.named];
  const columns = sql`${m.type} AS type, ${m.slot} AS slot, ${outcomeWithReason(query)} AS outcome,
    COUNT(*) AS machines, SUM(${restartedOf(query)}) AS restarted`;
  const from = sql`FROM ${m} LEFT JOIN ${s} ON ${s.machineId} = ${m.id}
    AND ${s.agentName} = ${query.agentName} WHERE ${acceptedOf(query)}`;
  const apart = named.length > 0 ? sql`AND ${m.id} NOT IN ${named}` : sql``;
  const groups = await read<OutcomeGroup>(
    db,
    sql`SELECT ${columns} ${from} ${apart} GROUP BY 1, 2, 3`,
  );
  if (named.length === 0) return { groups, named: [] };
  const ofNamed = sql`SELECT ${m.id} AS machineId, ${columns} ${from} AND ${m.id} IN ${named}
    GROUP BY ${m.id}, 2, 3, 4`;
  return { groups, named: await read<NamedOutcome>(db, ofNamed) };
}

async function read<T extends Counted>(db: Pick<Database, "execute">, query: SQL): Promise<T[]> {
  const [rows] = await db.execute(query);
  return (rows as unknown as (T & { outcome: string })[]).map((row) => {
    const [outcome, reason = null] = row.outcome.split(" ");
    const { slot, machines, restarted } = row;
    const counted = {
      slot: Number(slot),
      machines: Number(machines),
      restarted: Number(restarted),
    };
    return { ...row, ...counted, outcome: outcome as Outcome, reason: reason as Counted["reason"] };
  });
}

export function acceptedOf(query: Pick<OutcomeQuery, "clusterId" | "machineTypes">): SQL {
  return sql`${m.clusterId} = ${query.clusterId} AND ${m.type} IN ${[...query.machineTypes]}
    AND ${m.status} = 'accepted'`;
}

/** The order of the cases is the rule: what is further down no longer counts. */
export function outcomeOf(query: OutcomeQuery): SQL<Outcome> {
  return sql`SUBSTRING_INDEX(${outcomeWithReason(query)}, ' ', 1)`;
}

/** One expression for both, since it is what the query spends its time on: "failed disk_full". */
function outcomeWithReason(query: OutcomeQuery): SQL<string> {
  return query.version === null ? absentOutcome(query) : presentOutcome(query, query.version);
}

const failedWithReason = sql`CONCAT('failed ', COALESCE(JSON_VALUE(${s.failure}, '$.reason'), 'exited_early'))`;

function absentOutcome(query: OutcomeQuery): SQL<string> {
  return sql`CASE
    WHEN ${s.machineId} IS NULL OR (${s.version} IS NULL AND ${s.phase} <> 'failed') THEN 'healthy'
    WHEN ${s.phase} IN ('failed', 'backoff') AND ${forThis(query)} THEN ${failedWithReason}
    WHEN NOT (${onlineOf(query)}) THEN 'offline'
    WHEN ${s.phase} = 'removing' THEN 'switching'
    ELSE 'pending' END`;
}

function presentOutcome(query: OutcomeQuery, version: string): SQL<string> {
  const there = sql`${s.version} = ${version}`;
  const comes = sql`(${there} OR ${s.targetVersion} = ${version})`;
  // What was put back names the version in its failure only.
  const putBack = sql`(JSON_VALUE(${s.failure}, '$.version') = ${version} AND NOT (${s.version} <=> ${version}))`;
  const begun = sql`(${there} OR (${comes}
    AND ${s.phase} IN ('downloading', 'verifying', 'switching', 'watching')))`;
  return sql`CASE
    WHEN ${m.platform} NOT IN ${[...query.platforms, ""]}
      OR (${s.phase} = 'notEligible' AND ${forThis(query)}) THEN 'notEligible'
    WHEN ${s.phase} IN ('failed', 'backoff') AND (${comes} OR ${putBack}) AND ${forThis(query)} THEN ${failedWithReason}
    WHEN ${putBack} AND ${s.phase} = 'running' AND ${forThis(query)} THEN 'rolledBackOnMachine'
    WHEN ${begun} AND ${forThis(query)} AND NOT (${onlineOf(query)}) THEN 'goneDark'
    WHEN ${there} AND ${s.phase} = 'running' AND ${overBudget(query)} THEN 'overBudget'
    WHEN ${there} AND ${s.phase} = 'running' THEN 'healthy'
    WHEN NOT (${onlineOf(query)}) THEN 'offline'
    WHEN ${comes} AND ${s.phase} IN ('downloading', 'verifying') THEN 'downloading'
    WHEN ${comes} AND ${s.phase} = 'switching' THEN 'switching'
    WHEN ${comes} AND ${s.phase} = 'watching' THEN 'watching'
    ELSE 'pending' END`;
}

/** A start may take more than the settled agent does: samples count when it has run for a while. */
const settledMs = 60_000;

function overBudget({ budget: { cpuPercent, rssMiB }, ...query }: OutcomeQuery): SQL {
  const limits: SQL[] = [];
  if (cpuPercent !== undefined) limits.push(sql`${s.cpuPercent} > ${cpuPercent}`);
  if (rssMiB !== undefined) limits.push(sql`${s.rssBytes} > ${rssMiB * 1024 * 1024}`);
  if (limits.length === 0) return sql`FALSE`;
  return sql`(${forThis(query)} AND ${s.reportedAtMs} >= ${s.changedAtMs} + ${settledMs}
    AND (${sql.join(limits, sql` OR `)}))`;
}

function restartedOf(query: OutcomeQuery): SQL {
  return sql`COALESCE(${s.version} = ${query.version} AND ${forThis(query)} AND ${s.restarts} > 0, 0)`;
}

const onlineOf = (query: Pick<OutcomeQuery, "onlineSinceMs">) =>
  sql`${m.lastSeenAtMs} >= ${query.onlineSinceMs}`;
const forThis = (query: Pick<OutcomeQuery, "releaseId">) =>
  sql`${s.releaseId} = ${query.releaseId}`;
