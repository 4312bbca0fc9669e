import type { MasterGrayRequest } from "../contract/master-api.ts";
import { onlineSinceMs } from "../fleet-status/online-since.ts";
import { listGrayCandidates } from "../machines/list-gray-candidates.ts";
import type { Services } from "../platform/services.ts";
import { GraySelector } from "./engine/select-gray.ts";

/** On the cluster's master: the machines that a gray stage's selection means, in memory only those. */
export async function selectGrayOfCluster(
  services: Pick<Services, "db" | "env" | "now">,
  clusterId: string,
  { machineTypes, select, ringSalt }: MasterGrayRequest,
): Promise<string[]> {
  const selector = new GraySelector(select, ringSalt);
  const query = {
    ...{ clusterId, machineTypes, onlineSinceMs: onlineSinceMs(services) },
    withLabels: Object.keys(select.labels ?? {}).length > 0,
  };
  for await (const page of listGrayCandidates(services.db, query))
    for (const candidate of page) selector.add(candidate);
  return selector.chosen();
}
