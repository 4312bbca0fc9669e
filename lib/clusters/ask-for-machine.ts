import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import type { MasterCall } from "./ask-master.ts";
import { askMasters } from "./ask-masters.ts";

/**
 * Asks the masters of the remote clusters for a machine that is in none of this deployment's own.
 * @param pick the machine in a master's answer; null: it is not there
 * @throws ProblemError not_found · unavailable: it may be in a cluster whose master does not answer
 */
export async function askForMachine<Answer, Machine>(
  services: Services,
  machineId: string,
  call: Omit<MasterCall<Answer>, "timeoutMs">,
  pick: (answer: Answer) => Machine | null,
): Promise<Machine> {
  const { answers, unanswered } = await askMasters(services, undefined, call);
  for (const { value } of answers) {
    const machine = value === null ? null : pick(value);
    if (machine !== null) return machine;
  }
  if (unanswered.length === 0)
    throw new ProblemError("not_found", `There is no machine "${machineId}".`);
  const names = unanswered.map(({ clusterId }) => clusterId).join(", ");
  throw new ProblemError(
    "unavailable",
    `There is no machine "${machineId}" in the clusters that answer. The master of ${names} does not answer: it may be there.`,
    { retryAfterSeconds: 5 },
  );
}
