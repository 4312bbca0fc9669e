import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { agentStateClasses as c } from "../../drizzle/schema/agent-state-counts.ts";
import { machineAgentStates as s } from "../../drizzle/schema/machine-agent-states.ts";
import { machines as m } from "../../drizzle/schema/machines.ts";
import { type Budget, settledMs } from "../reports/budget.ts";
import type { Outcome, OutcomeQuery } from "./outcome.ts";

/** What an outcome is read from: a machine's row and its state's, or a class of such rows. */
export type OutcomeSource = {
  platform: SQLWrapper;
  /** Nothing is known of the agent on the machine. */
  missing: SQLWrapper;
  phase: SQLWrapper;
  version: SQLWrapper;
  targetVersion: SQLWrapper;
  releaseId: SQLWrapper;
  failureReason: SQLWrapper;
  failureVersion: SQLWrapper;
  restarted: SQLWrapper;
  overBudget: SQLWrapper;
  online: SQLWrapper;
};

/** Machines joined with their states of the agent. */
export function rowSource({ budget, onlineSinceMs }: OutcomeQuery): OutcomeSource {
  return {
    ...{ platform: m.platform, missing: sql`${s.machineId} IS NULL`, phase: s.phase },
    ...{ version: s.version, targetVersion: s.targetVersion, releaseId: s.releaseId },
    failureReason: sql`JSON_VALUE(${s.failure}, '$.reason')`,
    failureVersion: sql`JSON_VALUE(${s.failure}, '$.version')`,
    restarted: sql`${s.restarts} > 0`,
    overBudget: overBudget(budget),
    online: sql`${m.lastSeenAtMs} >= ${onlineSinceMs}`,
  };
}

/** A class stands for machines that are online. */
export const classSource: OutcomeSource = {
  ...{ platform: c.platform, missing: sql`${c.agentName} = ''`, phase: c.phase },
  ...{ version: c.version, targetVersion: c.targetVersion, releaseId: c.releaseId },
  ...{ failureReason: c.failureReason, failureVersion: c.failureVersion },
  ...{ restarted: c.restarted, overBudget: c.overBudget, online: sql`TRUE` },
};

function overBudget({ cpuPercent, rssMiB }: Budget): SQL {
  const limits: SQL[] = [];
  if (cpuPercent !== undefined) limits.push(sql`${s.cpuPercent} > ${cpuPercent}`);
  if (rssMiB !== undefined) limits.push(sql`${s.rssBytes} > ${rssMiB * 1024 * 1024}`);
  if (limits.length === 0) return sql`FALSE`;
  return sql`(${s.reportedAtMs} >= ${s.changedAtMs} + ${settledMs} AND (${sql.join(limits, sql` OR `)}))`;
}

/**
 * "failed disk_full". The order of the cases is the rule: what is further down no longer counts. One
 * expression for both, since it is what a query by rows spends its time on.
 */
export function outcomeWithReason(query: OutcomeQuery, from: OutcomeSource): SQL<string> {
  return query.version === null
    ? absentOutcome(query, from)
    : presentOutcome(query, query.version, from);
}

const withReason = (outcome: Outcome, { failureReason }: OutcomeSource) =>
  sql`CONCAT(${`${outcome} `}, COALESCE(${failureReason}, 'exited_early'))`;
const failedWithReason = (from: OutcomeSource) => withReason("failed", from);

function absentOutcome(query: OutcomeQuery, from: OutcomeSource): SQL<string> {
  const { missing, version, phase, online } = from;
  return sql`CASE
    WHEN ${missing} OR (${version} IS NULL AND ${phase} <> 'failed') THEN 'healthy'
    WHEN ${phase} IN ('failed', 'backoff') AND ${forThis(query, from)} THEN ${failedWithReason(from)}
    WHEN NOT (${online}) THEN 'offline'
    WHEN ${phase} = 'removing' THEN 'switching'
    ELSE 'pending' END`;
}

function presentOutcome(query: OutcomeQuery, version: string, from: OutcomeSource): SQL<string> {
  const { phase, online } = from;
  const mine = forThis(query, from);
  const there = sql`${from.version} = ${version}`;
  const comes = sql`(${there} OR ${from.targetVersion} = ${version})`;
  // What was put back names the version in its failure only.
  const putBack = sql`(${from.failureVersion} = ${version} AND NOT (${from.version} <=> ${version}))`;
  const begun = sql`(${there} OR (${comes}
    AND ${phase} IN ('downloading', 'verifying', 'switching', 'watching')))`;
  return sql`CASE
    WHEN ${from.platform} NOT IN ${[...query.platforms, ""]}
      OR (${phase} = 'notEligible' AND ${mine}) THEN 'notEligible'
    WHEN ${phase} IN ('failed', 'backoff') AND (${comes} OR ${putBack}) AND ${mine} THEN ${failedWithReason(from)}
    WHEN ${putBack} AND ${phase} = 'running' AND ${mine} THEN ${withReason("rolledBackOnMachine", from)}
    WHEN ${begun} AND ${mine} AND NOT (${online}) THEN 'goneDark'
    WHEN ${there} AND ${phase} = 'running' AND ${mine} AND ${from.overBudget} THEN 'overBudget'
    WHEN ${there} AND ${phase} = 'running' THEN 'healthy'
    WHEN NOT (${online}) THEN 'offline'
    WHEN ${comes} AND ${phase} IN ('downloading', 'verifying') THEN 'downloading'
    WHEN ${comes} AND ${phase} = 'switching' THEN 'switching'
    WHEN ${comes} AND ${phase} = 'watching' THEN 'watching'
    ELSE 'pending' END`;
}

export function restartedOf(query: OutcomeQuery, from: OutcomeSource): SQL {
  return sql`COALESCE(${from.version} = ${query.version} AND ${forThis(query, from)} AND ${from.restarted}, 0)`;
}

const forThis = (query: OutcomeQuery, { releaseId }: OutcomeSource) =>
  sql`${releaseId} = ${query.releaseId}`;

export function acceptedOf(query: Pick<OutcomeQuery, "clusterId" | "machineTypes">): SQL {
  return sql`${m.clusterId} = ${query.clusterId} AND ${m.type} IN ${[...query.machineTypes]}
    AND ${m.status} = 'accepted'`;
}

/** The machines and their states of the agent, where there are any. */
export function machinesWithStates(query: Pick<OutcomeQuery, "agentName">): SQL {
  return sql`FROM ${m} LEFT JOIN ${s} ON ${s.machineId} = ${m.id} AND ${s.agentName} = ${query.agentName}`;
}
