import type { z } from "zod";
import type { AgentDetail, AgentList, AgentSummary } from "../contract/console-views.ts";
import type { MasterFleet } from "../contract/master-api.ts";
import { agentDetail } from "../fleet-status/agent-detail.ts";
import { type AgentFilter, listAgents } from "../fleet-status/list-agents.ts";
import type { Services } from "../platform/services.ts";
import { unansweredAmong } from "./cluster-views.ts";
import { listRemoteClusters } from "./list-remote-clusters.ts";
import { mergeAgents } from "./merge-agents.ts";

type Counts = MasterFleet["agents"];

/** Agents with the versions that machines of all clusters, or of one, have. */
export async function listFleetAgents(
  services: Services,
  filter: AgentFilter,
): Promise<z.infer<typeof AgentList>> {
  const remote = await listRemoteClusters(services.db, filter.cluster);
  const counts = remote.map(({ contact }) => contact?.fleet?.agents ?? []);
  return {
    agents: mergeAgents(await listAgents(services, filter), namedIn(counts, filter.name)),
    unanswered: unansweredAmong(remote),
  };
}

/** @throws ProblemError not_found */
export async function fleetAgentDetail(
  services: Services,
  name: string,
  cluster?: string | undefined,
): Promise<AgentDetail> {
  const own = await agentDetail(services, name, cluster);
  const remote = await listRemoteClusters(services.db, cluster);
  const counts = remote.map(({ contact }) => contact?.fleet?.agents ?? []);
  const [merged] = mergeAgents([own], namedIn(counts, name));
  return { ...own, ...(merged as AgentSummary) };
}

function namedIn(counts: Counts[], name: string | undefined): Counts[] {
  return name ? counts.map((agents) => agents.filter((agent) => agent.name === name)) : counts;
}
