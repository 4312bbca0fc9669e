import type { ClusterProgress, WaitingFor } from "@/lib/contract/console-views.ts";
import { WaitingForCode } from "@/lib/contract/release-vocabulary.ts";

type Stage = ClusterProgress["stages"][number];

/** The code when it is one that this console has a sentence for, else null. */
export function knownWaitingFor(waitingFor: WaitingFor): WaitingForCode | null {
  const parsed = WaitingForCode.safeParse(waitingFor.code);
  return parsed.success ? parsed.data : null;
}

/** The cluster and stage that a code's or event's values speak of. */
export function placeOf(
  clusters: readonly ClusterProgress[],
  values: Record<string, string | number>,
): { clusterName: string; stage: Stage | null } {
  const cluster = clusters.find(({ clusterId }) => clusterId === values.clusterId);
  const number = Number(values.stage);
  return {
    clusterName: cluster?.clusterName ?? String(values.clusterId ?? ""),
    stage: cluster?.stages[number - 1] ?? null,
  };
}
