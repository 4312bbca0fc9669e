import type { Overview } from "../contract/console-views.ts";
import { sumMachines } from "../fleet-status/list-clusters.ts";
import { fleetOverview } from "../fleet-status/overview.ts";
import type { Services } from "../platform/services.ts";
import { listClusterViews, unansweredAmong } from "./cluster-views.ts";
import { listRemoteClusters } from "./list-remote-clusters.ts";
import { mergeAgents } from "./merge-agents.ts";

const attentionMax = 20;

/** Is the fleet well? Remote clusters count as they last said; who is silent is named. */
export async function overviewOfFleet(
  services: Services,
  cluster?: string | undefined,
): Promise<Overview> {
  const own = await fleetOverview(services, cluster);
  const remote = await listRemoteClusters(services.db, cluster);
  if (remote.length === 0) return own;
  const clusters = await listClusterViews(services, cluster);
  const fleets = remote.flatMap(({ contact }) => (contact?.fleet ? [contact.fleet] : []));
  return {
    ...own,
    clusters,
    machines: sumMachines(clusters.map(({ machines }) => machines)),
    agents: mergeAgents(
      own.agents,
      fleets.map(({ agents }) => agents),
    ),
    attention: [...own.attention, ...fleets.flatMap(({ attention }) => attention)]
      .sort(worstFirst)
      .slice(0, attentionMax),
    unanswered: unansweredAmong(remote),
  };
}

type Attention = Overview["attention"][number];

/** Failed before restarting, newest first, as each master orders its own. */
function worstFirst(a: Attention, b: Attention): number {
  const byPhase = Number(b.phase === "failed") - Number(a.phase === "failed");
  return byPhase || b.sinceMs - a.sinceMs;
}
