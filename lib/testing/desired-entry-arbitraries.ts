import fc from "fast-check";
import { type MachineType, machineTypes } from "../contract/machine-type.ts";
import { platforms } from "../contract/platform.ts";
import type { KnownPackage } from "../desired-state/compose-desired-state.ts";
import type { DesiredEntry } from "../desired-state/resolve.ts";

/** Few names and times, so that entries meet each other often. */
const agentNames = ["log-agent", "monitor-agent", "control-agent"];
const versions = ["1.0.0", "1.1.0", "2.0.0"];
const times = [1_000, 2_000, 3_000];
export const sampleMachineIds = ["m-1", "m-2", "m-3", "m-4"];

/** One release: an agent, a version or absence, a time; and the entries by which it spread. */
export function releaseEntries(releaseId: number): fc.Arbitrary<DesiredEntry[]> {
  const head = fc.record({
    releaseId: fc.constant(releaseId),
    agentName: fc.constantFrom(...agentNames),
    version: fc.option(fc.constantFrom(...versions), { nil: null }),
    timestampMs: fc.constantFrom(...times),
    ringSalt: fc.constantFrom("", "salt"),
  });
  return fc
    .tuple(head, fc.array(reach(), { minLength: 1, maxLength: 6 }))
    .map(([release, reaches]) => reaches.map((one) => ({ ...release, ...one })));
}

export function entriesOfReleases(): fc.Arbitrary<DesiredEntry[][]> {
  return fc
    .integer({ min: 1, max: 5 })
    .chain((count) =>
      fc.tuple(...Array.from({ length: count }, (_, index) => releaseEntries(index + 1))),
    );
}

type Reach = Pick<DesiredEntry, "machineType" | "scope" | "machineId" | "batch" | "batchCount">;

function reach(): fc.Arbitrary<Reach> {
  const none = { machineId: null, batch: null, batchCount: null };
  const type = fc.constantFrom<MachineType>("LINUX", "CONTAINER");
  return fc.oneof(
    type.map((machineType): Reach => ({ ...none, machineType, scope: "default" })),
    fc
      .tuple(type, fc.constantFrom(...sampleMachineIds))
      .map(
        ([machineType, machineId]): Reach => ({ ...none, machineType, scope: "gray", machineId }),
      ),
    fc
      .tuple(type, fc.constantFrom(2, 5), fc.integer({ min: 1, max: 5 }))
      .map(([machineType, batchCount, batch]): Reach => {
        return { ...none, machineType, scope: "batch", batchCount, batch };
      }),
  );
}

export function knownPackages(): fc.Arbitrary<KnownPackage[]> {
  return fc.subarray(
    agentNames.flatMap((agentName) =>
      versions.flatMap((version) =>
        platforms.slice(0, 2).map((platform, index) => ({
          agentName,
          version,
          platform,
          sha256: String(index).repeat(64),
          sizeBytes: 100 + index,
        })),
      ),
    ),
  );
}

/** Machines of every type, named by gray entries and not, all over the ring. */
export const sampleMachines = machineTypes.flatMap((type) =>
  [...sampleMachineIds, ...Array.from({ length: 40 }, (_, index) => `other-${index}`)].map(
    (machineId) => ({ machineId, type }),
  ),
);
