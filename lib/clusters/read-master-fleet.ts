import type { MasterFleet } from "../contract/master-api.ts";
import { clusterComposition } from "../fleet-status/cluster-composition.ts";
import { listAgents } from "../fleet-status/list-agents.ts";
import { listAttention } from "../fleet-status/overview.ts";
import type { Services } from "../platform/services.ts";
import { ownClusterTrust } from "../signing/describe-trust.ts";

/** On the master's side: what a cluster's machines run, counted. */
export async function readMasterFleet(services: Services, clusterId: string): Promise<MasterFleet> {
  const nowMs = services.now();
  const [trust] = await ownClusterTrust(services, clusterId);
  const agents = await listAgents(services, { cluster: clusterId });
  return {
    nowMs,
    agents: agents
      .filter(({ distribution }) => distribution.length > 0)
      .map(({ name, distribution, unhealthy }) => ({ name, distribution, unhealthy })),
    attention: await listAttention(services, clusterId),
    ...(await clusterComposition(services, clusterId)),
    ...(trust ? { trust } : {}),
  };
}
