import { MachineDetail } from "../contract/console-views.ts";
import { machineDetail } from "../fleet-status/machine-detail.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import { askMasters } from "./ask-masters.ts";

/**
 * A machine of whichever cluster.
 * @throws ProblemError not_found · unavailable: it may be in a cluster whose master does not answer
 */
export async function fleetMachine(services: Services, machineId: string): Promise<MachineDetail> {
  try {
    return await machineDetail(services, machineId);
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== "not_found") throw error;
    return elsewhere(services, machineId, error);
  }
}

async function elsewhere(
  services: Services,
  machineId: string,
  unknown: ProblemError,
): Promise<MachineDetail> {
  const path = `machines/${encodeURIComponent(machineId)}`;
  const call = { method: "GET", path, answer: MachineDetail } as const;
  const { answers, unanswered } = await askMasters(services, undefined, call);
  const found = answers.find(({ value }) => value !== null)?.value;
  if (found) return found;
  if (unanswered.length === 0) throw unknown;
  const names = unanswered.map(({ clusterId }) => clusterId).join(", ");
  throw new ProblemError(
    "unavailable",
    `There is no machine "${machineId}" in the clusters that answer. The master of ${names} does not answer: it may be there.`,
    { retryAfterSeconds: 5 },
  );
}
