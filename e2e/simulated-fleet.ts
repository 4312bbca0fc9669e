import { findMaster } from "../scripts/simulate/command/find-master.ts";
import type { FleetOptions } from "../scripts/simulate/fleet/fleet-options.ts";
import { type Fleet, simulateFleet } from "../scripts/simulate/simulate-fleet.ts";
import type { Ifrit } from "./start-ifrit.ts";

/** Simulated machines beside the real one of an ifrit, in its cluster. */
export async function startSimulatedFleet(
  ifrit: Ifrit,
  options: Pick<FleetOptions, "machines" | "name" | "behaviours">,
): Promise<Fleet> {
  const env = { IFRIT_DATA_DIR: ifrit.dataDir } as unknown as NodeJS.ProcessEnv;
  const fleet = { machines: options.machines, memory: null };
  const wanted = { master: undefined, enrollmentToken: undefined, cluster: "local" };
  const found = await findMaster(wanted as Parameters<typeof findMaster>[0], fleet, env);
  return simulateFleet({ ...options, ...found, timeScale: 5, spreadMs: 500 });
}
