import { inTurn } from "../platform/in-turn.ts";
import type { Recount } from "../reports/recount-slots.ts";
import { recountStates } from "../reports/recount-states.ts";
import type { Master } from "./master.ts";

/** Counts some of a cluster's machines anew, while this process does not flush it. */
export function recountCluster(master: Master, clusterId: string): Promise<Recount | null> {
  const { services, instanceId, turns } = master;
  return inTurn(turns, `flush ${clusterId}`, () => recountStates(services, clusterId, instanceId));
}
