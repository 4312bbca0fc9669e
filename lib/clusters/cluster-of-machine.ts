import { MasterFindAnswer } from "../contract/master-api.ts";
import { findMachines } from "../machines/find-machines.ts";
import type { Services } from "../platform/services.ts";
import { askForMachine } from "./ask-for-machine.ts";

export type MachinePlace = { clusterId: string; isHere: boolean };

/**
 * Which cluster a machine is in, and whether this deployment is its master.
 * @throws ProblemError not_found · unavailable: it may be in a cluster whose master does not answer
 */
export async function clusterOfMachine(
  services: Services,
  machineId: string,
): Promise<MachinePlace> {
  const here = (await findMachines(services.db, [machineId])).get(machineId);
  if (here) return { clusterId: here.clusterId, isHere: true };
  const json = { machineIds: [machineId] };
  const call = { method: "POST", path: "machines/find", answer: MasterFindAnswer, json } as const;
  const { clusterId } = await askForMachine(
    services,
    machineId,
    call,
    ({ machines }) => machines.find(({ id }) => id === machineId) ?? null,
  );
  return { clusterId, isHere: false };
}
