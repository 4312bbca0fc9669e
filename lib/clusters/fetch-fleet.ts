import { eq } from "drizzle-orm";
import { remoteMasters } from "../../drizzle/schema/remote-masters.ts";
import { MasterFleet } from "../contract/master-api.ts";
import type { Services } from "../platform/services.ts";
import { askMaster } from "./ask-master.ts";
import type { RemoteMaster } from "./remote-access.ts";

const fleetEveryMs = 10_000;
/** Counting a million machines takes a while. */
const fleetMsMax = 20_000;

/**
 * What a cluster's machines run, for overviews: counted at the master now and then, not for each person
 * who looks.
 */
export async function fetchFleet(
  services: Services,
  { clusterId, access, fleetAtMs }: RemoteMaster,
): Promise<void> {
  const nowMs = services.now();
  if (nowMs - fleetAtMs < fleetEveryMs && nowMs >= fleetAtMs) return;
  const fleet = await askMaster(access, {
    ...{ method: "GET", path: "fleet", answer: MasterFleet, timeoutMs: fleetMsMax },
  });
  const shiftMs = nowMs - fleet.nowMs;
  const attention = fleet.attention.map((one) => ({
    ...one,
    sinceMs: Math.max(0, one.sinceMs + shiftMs),
  }));
  await services.db
    .update(remoteMasters)
    .set({ fleet: { ...fleet, attention }, fleetAtMs: nowMs })
    .where(eq(remoteMasters.clusterId, clusterId));
}
