import type { MachineType } from "../../../contract/machine-type.ts";
import { batchesOfSlots } from "../../../desired-state/ring.ts";
import { ringBatches } from "../../release-entries.ts";
import { ringSaltOf } from "../../ring-salt.ts";
import { planOf, type ReleaseRecord } from "../release-record.ts";

/*
 * What machines should run, read from the releases themselves and one machine at a time: which stages
 * were opened where, and where a release was taken back. Knows nothing of desired entries.
 */

export type Opened = {
  record: ReleaseRecord;
  /** Indexes of the stages that were opened, by cluster. */
  open: ReadonlyMap<string, ReadonlySet<number>>;
  /** Clusters in which the release was taken back. */
  withdrawn: ReadonlySet<string>;
};
export type Place = { id: string; clusterId: string; type: MachineType; slot: number };
export type Due = { releaseId: number; version: string | null; scope: Scope };
type Scope = keyof typeof rank;

const rank = { gray: 2, batch: 1, default: 0 } as const;

/** By agent: the newest release that reaches the machine; at equal times gray, then batch, then default. */
export function dueOn(releases: readonly Opened[], machine: Place): Map<string, Due> {
  const winners = new Map<string, Due & { timestampMs: number }>();
  for (const release of releases) {
    const scope = scopeOn(release, machine);
    if (!scope) continue;
    const { id, plan, timestampMs } = release.record;
    const held = winners.get(plan.agentName);
    const order = held
      ? timestampMs - held.timestampMs || rank[scope] - rank[held.scope] || id - held.releaseId
      : 1;
    if (order > 0)
      winners.set(plan.agentName, { releaseId: id, version: plan.version, scope, timestampMs });
  }
  const told = [...winners].map(([name, { timestampMs: _, ...due }]) => [name, due] as const);
  return new Map(told);
}

function scopeOn({ record, open, withdrawn }: Opened, machine: Place): Scope | null {
  const { plan } = record;
  const { id, clusterId, type } = machine;
  const indexes = open.get(clusterId);
  if (!indexes || withdrawn.has(clusterId) || !plan.machineTypes.includes(type)) return null;
  const stages = [...indexes].map((index) => planOf(record, clusterId).stages[index]!);
  const percent = percentOf(record, machine);
  if (stages.some((one) => one.kind === "gray" && one.machineIds.includes(id))) return "gray";
  if (stages.some((one) => one.kind === "batch" && percent <= one.upToPercent)) return "batch";
  return stages.some((one) => one.kind === "full") ? "default" : null;
}

/** The first stage of the plan that means the machine; -1: none does. */
export function firstStageOf(record: ReleaseRecord, machine: Place): number {
  const percent = percentOf(record, machine);
  return planOf(record, machine.clusterId).stages.findIndex(
    (stage) =>
      stage.kind === "full" ||
      (stage.kind === "gray" && stage.machineIds.includes(machine.id)) ||
      (stage.kind === "batch" && percent <= stage.upToPercent),
  );
}

/** Which per cent of the ring it stands in. */
function percentOf({ plan }: ReleaseRecord, { slot }: Place): number {
  return batchesOfSlots(ringBatches, ringSaltOf(plan))[slot]!;
}
