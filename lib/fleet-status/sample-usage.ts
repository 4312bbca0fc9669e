import { sql } from "drizzle-orm";
import { machineAgentStates as s } from "../../drizzle/schema/machine-agent-states.ts";
import { machines as m } from "../../drizzle/schema/machines.ts";
import type { MachineType } from "../contract/machine-type.ts";
import type { Database } from "../platform/database.ts";
import { settledMs } from "../reports/budget.ts";

/** Both groups of a comparison look back so far for unwanted exits. */
const restartWindowMs = 3_600_000;

export type Usage = {
  slot: number;
  cpuPercent: number | null;
  rssBytes: number | null;
  /** The agent runs since it was restarted, and has been restarted within the window. */
  restarted: boolean;
};

export type UsageQuery = {
  clusterId: string;
  agentName: string;
  machineType: MachineType;
  version: string;
  /** true: machines that run the version; false: those that run another. */
  onVersion: boolean;
  /** null: any. */
  slots: readonly number[] | null;
  excluded: readonly string[];
  onlineSinceMs: number;
  machinesMax: number;
};

/**
 * What an agent takes on machines that are online and where it has settled. A few ranges of
 * machine_agent_states_progress_idx, and a look-up of state and machine for each.
 */
export async function sampleUsage(
  db: Pick<Database, "execute">,
  query: UsageQuery,
): Promise<Usage[]> {
  const { slots, excluded, version, onVersion } = query;
  const [rows] = await db.execute(sql`
    SELECT ${s.slot} AS slot, ${s.cpuPercent} AS cpuPercent, ${s.rssBytes} AS rssBytes,
      COALESCE(${s.restarts} > 0 AND ${s.startedAtMs} + ${restartWindowMs} >= ${s.reportedAtMs}, 0) AS restarted
    FROM ${s} JOIN ${m} ON ${m.id} = ${s.machineId}
    WHERE ${s.clusterId} = ${query.clusterId} AND ${s.agentName} = ${query.agentName}
      AND ${s.machineType} = ${query.machineType}
      ${slots ? sql`AND ${s.slot} IN ${[...slots]}` : sql``}
      AND ${s.version} ${onVersion ? sql`=` : sql`<>`} ${version} AND ${s.phase} = 'running'
      AND ${s.reportedAtMs} >= ${s.changedAtMs} + ${settledMs}
      AND ${m.status} = 'accepted' AND ${m.lastSeenAtMs} >= ${query.onlineSinceMs}
      ${excluded.length > 0 ? sql`AND ${m.id} NOT IN ${[...excluded]}` : sql``}
    ORDER BY ${s.slot}, ${s.machineId} LIMIT ${query.machinesMax}`);
  const number = (value: number | null) => (value === null ? null : Number(value));
  return (rows as unknown as Usage[]).map(({ slot, cpuPercent, rssBytes, restarted }) => ({
    ...{ slot: Number(slot), cpuPercent: number(cpuPercent), rssBytes: number(rssBytes) },
    restarted: Boolean(Number(restarted)),
  }));
}
