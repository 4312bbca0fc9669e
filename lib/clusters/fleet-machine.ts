import { MachineDetail } from "../contract/console-views.ts";
import { machineDetail } from "../fleet-status/machine-detail.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import { askForMachine } from "./ask-for-machine.ts";

/**
 * A machine of whichever cluster.
 * @throws ProblemError not_found · unavailable: it may be in a cluster whose master does not answer
 */
export async function fleetMachine(services: Services, machineId: string): Promise<MachineDetail> {
  try {
    return await machineDetail(services, machineId);
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== "not_found") throw error;
  }
  const path = `machines/${encodeURIComponent(machineId)}`;
  const call = { method: "GET", path, answer: MachineDetail } as const;
  return askForMachine(services, machineId, call, (machine) => machine);
}
