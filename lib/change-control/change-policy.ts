import { findClusters } from "../clusters/find-clusters.ts";
import type { ChangePolicyView } from "../contract/change-control.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import { listFreezes } from "./list-freezes.ts";
import { readChangeRules } from "./read-change-rules.ts";

/** A cluster's windows and limits, and the freezes that bind it. @throws ProblemError not_found */
export async function changePolicy(
  services: Services,
  clusterId: string,
): Promise<ChangePolicyView> {
  if (!(await findClusters(services.db, [clusterId])).has(clusterId))
    throw new ProblemError("not_found", `There is no cluster "${clusterId}".`);
  return {
    ...(await readChangeRules(services.db, clusterId)),
    freezes: await listFreezes(services, clusterId),
  };
}
