import type { ClusterProgress } from "@/lib/contract/console-views.ts";

/** Machines of the stages that have been opened: those that a roll back takes back. */
export function reachedMachines(clusters: readonly Pick<ClusterProgress, "stages">[]): number {
  return sumTargeted(clusters, (status) => status !== "waiting" && status !== "rolledBack");
}

/** Machines of the stages that are not open yet: those that "everything" adds. */
export function remainingMachines(clusters: readonly Pick<ClusterProgress, "stages">[]): number {
  return sumTargeted(clusters, (status) => status === "waiting");
}

function sumTargeted(
  clusters: readonly Pick<ClusterProgress, "stages">[],
  counts: (status: ClusterProgress["stages"][number]["status"]) => boolean,
): number {
  return clusters
    .flatMap(({ stages }) => stages)
    .filter(({ status }) => counts(status))
    .reduce((sum, stage) => sum + stage.counts.targeted, 0);
}
