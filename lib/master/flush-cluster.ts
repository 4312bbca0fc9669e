import {
  pushHeartbeats,
  storeHeartbeats,
  storeHeartbeatsDirectly,
} from "../machines/flush-heartbeats.ts";
import { inTurn } from "../platform/in-turn.ts";
import { flushReports } from "../reports/flush-reports.ts";
import { askForFullReports, findLostReports } from "../reports/want-full-reports.ts";
import type { Master } from "./master.ts";

/**
 * Carries a cluster's reports and heartbeats on to MySQL, and finds the machines whose last report
 * was lost. Reports first, so that a heartbeat is compared with all that its machine has said.
 */
export function flushCluster(master: Master, clusterId: string): Promise<void> {
  return inTurn(master.turns, `flush ${clusterId}`, () => flush(master, clusterId));
}

async function flush(master: Master, clusterId: string): Promise<void> {
  const { services, heartbeats, instanceId, digestMismatches } = master;
  if (!(await pushHeartbeats(services, heartbeats, clusterId))) {
    await storeHeartbeatsDirectly(services, heartbeats, clusterId);
    return;
  }
  await flushReports(services, clusterId, instanceId);
  const digests = await storeHeartbeats(services, clusterId, instanceId);
  if (!digests) return;
  const found = findLostReports(digestMismatches, digests.seen, digests.stored, services.now());
  await askForFullReports(services, clusterId, found);
}
