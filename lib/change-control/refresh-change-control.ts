import type { Services } from "../platform/services.ts";
import type { ChangeControl } from "./change-control.ts";
import { loadChangePolicy } from "./load-change-policy.ts";
import { listPlaces } from "./places.ts";
import { writeRefusals } from "./write-refusals.ts";

/** Each second: the policy anew, a copy of the places, and what machines were told carried on. */
export async function refreshChangeControl(
  services: Services,
  control: ChangeControl,
  clusterIds: readonly string[],
): Promise<void> {
  const outcomes = await Promise.allSettled([
    loadChangePolicy(services, control),
    writeRefusals(services, control),
    ...clusterIds.map((clusterId) => copyPlaces(services, control, clusterId)),
  ]);
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed) throw failed.reason;
}

async function copyPlaces(
  { redis }: Services,
  { places }: ChangeControl,
  clusterId: string,
): Promise<void> {
  const held = new Set(await listPlaces(redis, clusterId));
  if (held.size > 0) places.set(clusterId, held);
  else places.delete(clusterId);
}
