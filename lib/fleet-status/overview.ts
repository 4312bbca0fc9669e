import { and, desc, eq, inArray } from "drizzle-orm";
import { machineAgentStates as states } from "../../drizzle/schema/machine-agent-states.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import { listAudit } from "../audit/list-audit.ts";
import type { Overview } from "../contract/console-views.ts";
import type { Services } from "../platform/services.ts";
import { listReleases } from "../releases/list-releases.ts";
import { listAgents } from "./list-agents.ts";
import { listClusters, sumMachines } from "./list-clusters.ts";

const attentionMax = 20;
const recentAuditMax = 10;
const runningMax = 20;

/** Is the fleet well, and what is in motion? */
export async function fleetOverview(
  services: Services,
  cluster?: string | undefined,
): Promise<Overview> {
  const clusters = await listClusters(services, cluster);
  const running = await listReleases(services, {
    ...{ cluster, limit: runningMax },
    states: ["running", "paused"],
  });
  const { entries } = await listAudit(services.db, { limit: recentAuditMax });
  return {
    clusters,
    machines: sumMachines(clusters.map((one) => one.machines)),
    agents: await listAgents(services, { cluster }),
    runningReleases: running.releases,
    attention: await listAttention(services, cluster),
    recentAudit: entries,
  };
}

/** Failed before restarting, newest first. */
export async function listAttention(
  { db }: Services,
  cluster: string | undefined,
): Promise<Overview["attention"]> {
  const rows = await db
    .select({
      machineId: states.machineId,
      hostname: machines.hostname,
      agentName: states.agentName,
      phase: states.phase,
      failure: states.failure,
      sinceMs: states.changedAtMs,
    })
    .from(states)
    .innerJoin(machines, eq(machines.id, states.machineId))
    .where(
      and(
        inArray(states.phase, ["failed", "backoff"]),
        cluster ? eq(states.clusterId, cluster) : undefined,
      ),
    )
    .orderBy(desc(states.phase), desc(states.changedAtMs))
    .limit(attentionMax);
  return rows.map(({ failure, ...row }) => ({
    ...row,
    reason: failure?.reason ?? null,
    message: failure?.message ?? null,
  }));
}
