import { listFreezes } from "../change-control/list-freezes.ts";
import type { FreezeView } from "../contract/change-control.ts";
import type { Services } from "../platform/services.ts";
import { listRemoteClusters, type RemoteCluster, silentSince } from "./list-remote-clusters.ts";

/** The freezes that stand, and the remote clusters where they should be in force, but are not. */
export async function listFreezeViews(services: Services): Promise<FreezeView[]> {
  const freezes = await listFreezes(services);
  const remote = await listRemoteClusters(services.db);
  return freezes.map((freeze) => ({
    ...freeze,
    notAt: freeze.origin === "local" ? remote.flatMap((one) => missingAt(freeze, one)) : [],
  }));
}

function missingAt(freeze: FreezeView, cluster: RemoteCluster): FreezeView["notAt"] {
  const { id, name, contact } = cluster;
  if (freeze.clusterId !== null && freeze.clusterId !== id) return [];
  const there = contact?.status?.control?.freezes.find(({ key }) => key === freeze.orderKey);
  if (there && there.liftedAtMs === null) return [];
  return [
    {
      ...{ clusterId: id, clusterName: name, by: there?.liftedBy ?? "" },
      why: there ? ("liftedThere" as const) : ("notTold" as const),
      unreachableSinceMs: there ? null : silentSince(cluster),
    },
  ];
}
