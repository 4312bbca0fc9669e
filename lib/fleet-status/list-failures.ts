import type { FailureGroup } from "../contract/console-views.ts";
import type { Database } from "../platform/database.ts";
import { countOutcomes } from "./count-outcomes.ts";
import { type FailedMachine, findFailedMachines, reasonToTell } from "./find-failed-machines.ts";
import type { OutcomeQuery } from "./outcome.ts";
import { allOneRegion } from "./regions.ts";

const examplesMax = 10;

/**
 * Machines that failed a release in a cluster, most frequent reason first. Reasons are those that
 * machines report, and over_budget and gone_dark, which the server finds. How many there are comes
 * from the counts; only for the examples are rows looked at.
 */
export async function listFailures(
  db: Pick<Database, "transaction" | "execute">,
  query: OutcomeQuery,
): Promise<FailureGroup[]> {
  const { groups } = await countOutcomes(db, { ...query, named: [], regionsOf: allOneRegion });
  const machines = new Map<string, number>();
  for (const group of groups) {
    const reason = reasonToTell(group);
    if (reason) machines.set(reason, (machines.get(reason) ?? 0) + group.machines);
  }
  if (machines.size === 0) return [];
  const examples = await findFailedMachines(db, query, examplesMax);
  return [...machines]
    .map(([reason, count]) => ({
      ...{ reason, machines: count },
      examples: examples.filter((one) => one.reason === reason).map(told),
    }))
    .sort((a, b) => b.machines - a.machines || (a.reason < b.reason ? -1 : 1));
}

const told = ({ machineId, hostname, message }: FailedMachine) => ({
  machineId,
  hostname,
  message,
});
