import { and, asc, eq, exists, gt, gte, inArray, like, lt, or, type SQL, sql } from "drizzle-orm";
import { machineAgentStates as states } from "../../drizzle/schema/machine-agent-states.ts";
import { type MachineStatus, machines } from "../../drizzle/schema/machines.ts";
import type { AgentPhase } from "../contract/agent-state.ts";
import type { MachineList, MachineSummary } from "../contract/console-views.ts";
import type { MachineType } from "../contract/machine-type.ts";
import type { Services } from "../platform/services.ts";
import { onlineSinceMs } from "./online-since.ts";

export type MachineListQuery = {
  cluster?: string | undefined;
  /** Part of a host name, machine id or address. */
  q?: string | undefined;
  type?: MachineType | undefined;
  agent?: string | undefined;
  /** With agent: the version that is installed; "none": nothing is. */
  version?: string | undefined;
  /** With agent: "unhealthy" stands for failed and backoff. */
  phase?: AgentPhase | "unhealthy" | undefined;
  connectivity?: "online" | "offline" | "pending" | undefined;
  status?: MachineStatus | undefined;
  /** Machines after this id. */
  afterId?: string | undefined;
  limit: number;
  /** false: how many match in all is not wanted, and 0 is given. */
  isCounted?: boolean;
};

/** One page of machines by id, and how many match in all. */
export async function listMachines(
  services: Services,
  query: MachineListQuery,
): Promise<Omit<MachineList, "nextCursor"> & { nextId: string | null }> {
  const where = and(...machineConditions(services, query));
  const after = query.afterId ? gt(machines.id, query.afterId) : undefined;
  const rows = await services.db
    .select()
    .from(machines)
    .where(and(where, after))
    .orderBy(asc(machines.id))
    .limit(query.limit + 1);
  const [counted] =
    query.isCounted === false
      ? []
      : await services.db.select({ total: sql<number>`COUNT(*)` }).from(machines).where(where);
  const page = rows.slice(0, query.limit);
  return {
    machines: await withAgents(services, page),
    nextId: rows.length > query.limit ? (page.at(-1)?.id ?? null) : null,
    total: Number(counted?.total ?? 0),
  };
}

type MachineRow = typeof machines.$inferSelect;

export function machineSummary(row: MachineRow, sinceMs: number): Omit<MachineSummary, "agents"> {
  return {
    ...{ id: row.id, clusterId: row.clusterId, hostname: row.hostname, type: row.type },
    ...{ platform: row.platform, status: row.status, lastSeenAtMs: row.lastSeenAtMs },
    statusReason: row.statusReason,
    address: row.facts.addresses[0] ?? null,
    online: row.lastSeenAtMs >= sinceMs,
    ifritAgentVersion: row.ifritAgentVersion,
  };
}

async function withAgents(
  services: Services,
  rows: readonly MachineRow[],
): Promise<MachineSummary[]> {
  const ids = rows.map((row) => row.id);
  const known = ids.length
    ? await services.db
        .select({
          machineId: states.machineId,
          name: states.agentName,
          phase: states.phase,
          version: states.version,
          targetVersion: states.targetVersion,
        })
        .from(states)
        .where(inArray(states.machineId, ids))
        .orderBy(asc(states.machineId), asc(states.agentName))
    : [];
  const sinceMs = onlineSinceMs(services);
  return rows.map((row) => ({
    ...machineSummary(row, sinceMs),
    agents: known
      .filter((state) => state.machineId === row.id)
      .map(({ machineId: _, ...agent }) => agent),
  }));
}

/** Also of what is changed by a filter: what a person saw is what changes. */
export function machineConditions(
  services: Services,
  query: Omit<MachineListQuery, "limit">,
): SQL[] {
  const { cluster, q, type, connectivity } = query;
  const sinceMs = onlineSinceMs(services);
  const all: SQL[] = [];
  if (cluster) all.push(eq(machines.clusterId, cluster));
  if (type) all.push(eq(machines.type, type));
  if (query.status) all.push(eq(machines.status, query.status));
  if (q) all.push(matching(q));
  if (connectivity === "pending") all.push(eq(machines.status, "pending"));
  else if (connectivity === "online") all.push(gte(machines.lastSeenAtMs, sinceMs));
  else if (connectivity === "offline") all.push(lt(machines.lastSeenAtMs, sinceMs));
  if (connectivity === "online" || connectivity === "offline")
    all.push(sql`${machines.status} <> 'pending'`);
  all.push(...agentConditions(services, query));
  return all;
}

/** A list of ids or addresses may be pasted, separated by blanks, commas or lines. */
function matching(q: string): SQL {
  const words = q.split(/[\s,;]+/).filter((word) => word !== "");
  return or(
    ...words.slice(0, 200).flatMap((word) => {
      const part = `%${word.replace(/[\\%_]/g, "\\$&")}%`;
      return [
        like(machines.hostname, part),
        like(machines.id, part),
        sql`JSON_SEARCH(${machines.facts}, 'one', ${word}, NULL, '$.addresses') IS NOT NULL`,
      ];
    }),
  ) as SQL;
}

function agentConditions({ db }: Services, query: Omit<MachineListQuery, "limit">): SQL[] {
  const { agent, version, phase } = query;
  if (!agent) return [];
  const ofAgent = and(eq(states.machineId, machines.id), eq(states.agentName, agent));
  const found: SQL[] = [];
  if (version === "none") found.push(sql`${states.version} IS NULL`);
  else if (version) found.push(eq(states.version, version));
  if (phase === "unhealthy") found.push(inArray(states.phase, ["failed", "backoff"]));
  else if (phase) found.push(eq(states.phase, phase));
  return [
    exists(
      db
        .select({ one: sql`1` })
        .from(states)
        .where(and(ofAgent, ...found)),
    ),
  ];
}
