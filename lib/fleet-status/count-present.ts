import { sql } from "drizzle-orm";
import { machineAgentStates as s } from "../../drizzle/schema/machine-agent-states.ts";
import { machines as m } from "../../drizzle/schema/machines.ts";
import type { MachineType } from "../contract/machine-type.ts";
import type { Platform } from "../contract/platform.ts";
import type { Database } from "../platform/database.ts";
import { acceptedOf } from "./outcome-expression.ts";

/** What machines have now, before a release. `version` null: nothing. */
export type PresentGroup = {
  slot: number;
  platform: Platform;
  online: boolean;
  version: string | null;
  machines: number;
};

type PresentQuery = {
  clusterId: string;
  machineTypes: readonly MachineType[];
  agentName: string;
  onlineSinceMs: number;
  named: readonly string[];
};

/** Accepted machines by what they have of an agent: the named ones together, all others by slot. */
export async function countPresent(
  db: Pick<Database, "execute">,
  query: PresentQuery,
): Promise<{ groups: PresentGroup[]; named: PresentGroup[] }> {
  const { named, agentName, onlineSinceMs } = query;
  const read = async (where: ReturnType<typeof sql>) => {
    const [rows] = await db.execute(sql`
      SELECT ${m.slot} AS slot, ${m.platform} AS platform,
        ${m.lastSeenAtMs} >= ${onlineSinceMs} AS online, ${s.version} AS version, COUNT(*) AS machines
      FROM ${m} LEFT JOIN ${s} ON ${s.machineId} = ${m.id} AND ${s.agentName} = ${agentName}
      WHERE ${acceptedOf(query)} ${where} GROUP BY 1, 2, 3, 4`);
    return (rows as unknown as PresentGroup[]).map((row) => ({
      ...row,
      online: Boolean(Number(row.online)),
      machines: Number(row.machines),
    }));
  };
  if (named.length === 0) return { groups: await read(sql``), named: [] };
  return {
    groups: await read(sql`AND ${m.id} NOT IN ${[...named]}`),
    named: await read(sql`AND ${m.id} IN ${[...named]}`),
  };
}
