import type { ClusterView } from "@/lib/contract/console-views.ts";

export type Health = "well" | "some" | "many" | "silent" | "empty";

const manyShare = 0.1;

/** What a cluster's field in the picture says. Machines that wait for acceptance are not offline. */
export function clusterHealth({
  machines,
  master,
}: Pick<ClusterView, "machines" | "master">): Health {
  if (master && master.unreachableSinceMs !== null) return "silent";
  const taking = machines.total - machines.pending;
  if (taking <= 0) return "empty";
  if (machines.offline === 0) return "well";
  return machines.offline / taking > manyShare ? "many" : "some";
}
