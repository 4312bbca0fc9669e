import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { askMaster, type MasterCall } from "./ask-master.ts";
import { findMasterUrl } from "./find-master-url.ts";
import { findAccess } from "./remote-access.ts";

/**
 * Something that only the cluster's master can do: here, when this deployment is it, and otherwise over
 * there, in the name of whoever orders it. Who may is asked before. @throws ProblemError unavailable
 */
export async function atMaster<T>(
  services: Services,
  ctx: RequestContext,
  clusterId: string,
  here: () => Promise<T>,
  there: Omit<MasterCall<T>, "by">,
): Promise<T> {
  if ((await findMasterUrl(services.db, clusterId)) === null) return here();
  return askMaster(await findAccess(services, clusterId), { ...there, by: ctx });
}
