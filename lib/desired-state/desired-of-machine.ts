import { and, eq, isNull, or } from "drizzle-orm";
import { desiredEntries } from "../../drizzle/schema/desired-entries.ts";
import { DesiredState } from "../contract/desired-state.ts";
import type { MachineType } from "../contract/machine-type.ts";
import type { Services } from "../platform/services.ts";
import { composeDesiredState, documentFor, type KnownPackage } from "./compose-desired-state.ts";

/**
 * What MySQL says that a machine should run, by the very rule that masters compose with. It may be
 * ahead of what masters serve, by one rebuild.
 */
export async function desiredOfMachine(
  services: Pick<Services, "db">,
  machine: { machineId: string; clusterId: string; type: MachineType; slot: number },
  packagesOf: (agentName: string, version: string) => Promise<KnownPackage[]>,
): Promise<DesiredState["agents"]> {
  const { machineId, clusterId, type } = machine;
  const entries = await services.db
    .select()
    .from(desiredEntries)
    .where(
      and(
        eq(desiredEntries.clusterId, clusterId),
        eq(desiredEntries.machineType, type),
        or(isNull(desiredEntries.machineId), eq(desiredEntries.machineId, machineId)),
      ),
    );
  const versions = new Map(
    entries.flatMap(({ agentName, version }) =>
      version === null ? [] : [[`${agentName} ${version}`, { agentName, version }] as const],
    ),
  );
  const packages: KnownPackage[] = [];
  for (const { agentName, version } of versions.values())
    packages.push(...(await packagesOf(agentName, version)));
  const document = documentFor(composeDesiredState(clusterId, entries, packages), machine);
  return document ? DesiredState.parse(JSON.parse(document.bytes.toString())).agents : [];
}
