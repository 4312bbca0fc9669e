import type { MachineType } from "../contract/machine-type.ts";
import type { Coverage } from "../desired-state/coverage.ts";
import { slotCount } from "../desired-state/slot.ts";
import { onlineSinceMs } from "../fleet-status/online-since.ts";
import type { OutcomeCounts } from "../fleet-status/outcome.ts";
import { sampleUsage, type Usage, type UsageQuery } from "../fleet-status/sample-usage.ts";
import type { Services } from "../platform/services.ts";
import type { ComparisonFacts, GroupSamples } from "./engine/facts.ts";
import { planOf, type ReleaseRecord } from "./engine/release-record.ts";
import type { StageReach } from "./stage-reach.ts";

/** Machines of one type and group at most: enough to tell a difference that matters. */
export const sampleMax = 400;
/** Some machines of a slot are offline, unsettled or elsewhere. */
const spareFactor = 1.5;
/** With more slots to name than that, the type has so few machines that all are read. */
const namedSlotsMax = 4_096;
const readAllMax = 5_000;

type Scope = {
  reach: StageReach;
  newer: Coverage;
  named: readonly string[];
  counted: OutcomeCounts;
};

/**
 * What the new version takes on machines of the open batches, and what others take on machines that
 * the release has not reached. null where nothing can be compared: before the first batch (named
 * machines are no fair sample), and once everything is open.
 */
export async function readComparison(
  services: Services,
  release: ReleaseRecord,
  clusterId: string,
  scope: Scope,
): Promise<ComparisonFacts | null> {
  const { version, agentName, machineTypes } = release.plan;
  const stageIndex = release.clusters.find((one) => one.clusterId === clusterId)?.stageIndex ?? -1;
  if (version === null || planOf(release, clusterId).stages[stageIndex]?.kind !== "batch")
    return null;
  const base = { clusterId, agentName, version, excluded: scope.named };
  const query = { ...base, onlineSinceMs: onlineSinceMs(services) };
  const strata: ComparisonFacts["strata"][number][] = [];
  for (const machineType of machineTypes) {
    const isOpen = (slot: number) => {
      const stage = scope.reach.stageOfSlot[slot]!;
      return stage >= 0 && stage <= stageIndex;
    };
    const read = async (onVersion: boolean): Promise<GroupSamples> => {
      const slots = slotsOfGroup(scope, machineType, (slot) => isOpen(slot) === onVersion);
      return toSamples(
        await readSlots(services, { ...query, machineType, onVersion }, slots, scope),
      );
    };
    strata.push({ machineType, treatment: await read(true), control: await read(false) });
  }
  return { basis: "level", strata };
}

/** In a fixed order that has nothing to do with the ring's, so that the same machines are asked each time. */
function slotsOfGroup(
  { newer }: Scope,
  type: MachineType,
  belongs: (slot: number) => boolean,
): number[] {
  const slots = Array.from({ length: slotCount }, (_, index) => (index * 40_503) % slotCount);
  return slots.filter((slot) => belongs(slot) && !newer.coversSlot(type, slot));
}

async function readSlots(
  { db }: Services,
  query: Omit<UsageQuery, "slots" | "machinesMax">,
  slots: readonly number[],
  { counted }: Scope,
): Promise<Usage[]> {
  const machines = counted.groups.reduce(
    (sum, group) => (group.type === query.machineType ? sum + group.machines : sum),
    0,
  );
  if (machines === 0 || slots.length === 0) return [];
  const needed = Math.ceil((sampleMax * spareFactor * slotCount) / machines);
  if (needed > namedSlotsMax) {
    const all = await sampleUsage(db, { ...query, slots: null, machinesMax: readAllMax });
    const own = new Set(slots);
    return all.filter(({ slot }) => own.has(slot)).slice(0, sampleMax);
  }
  return sampleUsage(db, { ...query, slots: slots.slice(0, needed), machinesMax: sampleMax });
}

function toSamples(usages: readonly Usage[]): GroupSamples {
  const valuesOf = (of: "cpuPercent" | "rssBytes") =>
    usages.flatMap(({ [of]: value }) => (value === null ? [] : [[value, 1] as const]));
  return {
    machines: usages.length,
    ...{ cpuPercent: valuesOf("cpuPercent"), rssBytes: valuesOf("rssBytes") },
    restartedMachines: usages.filter(({ restarted }) => restarted).length,
  };
}
