import fc from "fast-check";
import { expect, test } from "vitest";
import { DesiredState } from "../contract/desired-state.ts";
import type { MachineType } from "../contract/machine-type.ts";
import {
  entriesOfReleases,
  knownPackages,
  sampleMachineIds,
  sampleMachines,
} from "../testing/desired-entry-arbitraries.ts";
import {
  type Composition,
  composeDesiredState,
  documentFor,
  etagOf,
  type KnownPackage,
} from "./compose-desired-state.ts";
import { compareText, type DesiredEntry } from "./resolve.ts";
import { batchesOfSlots } from "./ring.ts";
import { slotOf } from "./slot.ts";

const entry = (overrides: Partial<DesiredEntry>): DesiredEntry => ({
  releaseId: 1,
  machineType: "LINUX",
  agentName: "log-agent",
  scope: "default",
  machineId: null,
  batch: null,
  batchCount: null,
  ringSalt: "",
  version: "1.0.0",
  timestampMs: 1_000,
  ...overrides,
});

function stateOf(composition: Composition, machineId: string, type: MachineType = "LINUX") {
  const document = documentFor(composition, { machineId, type, slot: slotOf(machineId) });
  return DesiredState.parse(JSON.parse(document!.bytes.toString()));
}

/** The rule once more, as a person would read it out: slow, and sharing no code with the real one. */
function desiredFor(
  machine: { machineId: string; type: MachineType },
  entries: DesiredEntry[],
  packages: KnownPackage[],
) {
  const scopeOrder = ["default", "batch", "gray"];
  const reaching = entries.filter((one) => {
    if (one.machineType !== machine.type) return false;
    if (one.scope === "gray") return one.machineId === machine.machineId;
    if (one.scope === "default") return true;
    if (one.batch! > one.batchCount!) return false;
    return batchesOfSlots(one.batchCount!, one.ringSalt)[slotOf(machine.machineId)] === one.batch;
  });
  return [...new Set(reaching.map((one) => one.agentName))].sort(compareText).map((name) => {
    const [winner] = reaching
      .filter((one) => one.agentName === name)
      .sort(
        (a, b) =>
          b.timestampMs - a.timestampMs ||
          scopeOrder.indexOf(b.scope) - scopeOrder.indexOf(a.scope) ||
          b.releaseId - a.releaseId,
      );
    const { releaseId, timestampMs, scope, version } = winner!;
    const because = { name, releaseId, releasedAtMs: timestampMs, scope };
    if (version === null) return { want: "absent", ...because };
    const found = packages.filter((one) => one.agentName === name && one.version === version);
    const refs = found.map((one) => [one.platform, { sha256: one.sha256, size: one.sizeBytes }]);
    return { want: "present", ...because, version, packages: Object.fromEntries(refs) };
  });
}

test("composeDesiredState() says of every machine what the rule says", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(entriesOfReleases(), knownPackages(), (releases, packages) => {
      const entries = releases.flat();
      const composition = composeDesiredState("c1", entries, packages);
      for (const machine of sampleMachines) {
        const state = stateOf(composition, machine.machineId, machine.type);
        expect(state.agents).toEqual(desiredFor(machine, entries, packages));
      }
    }),
    { numRuns: 60 },
  );
});

test("the order of entries and packages changes nothing", { timeout: 60_000 }, () => {
  const shuffled = fc
    .tuple(entriesOfReleases(), knownPackages())
    .chain(([releases, packages]) =>
      fc.tuple(
        fc.constant({ entries: releases.flat(), packages }),
        fc.shuffledSubarray(releases.flat(), { minLength: releases.flat().length }),
        fc.shuffledSubarray(packages, { minLength: packages.length }),
      ),
    );
  fc.assert(
    fc.property(shuffled, ([given, entries, packages]) => {
      const one = composeDesiredState("c1", given.entries, given.packages);
      const other = composeDesiredState("c1", entries, packages);
      expect(other.digest).toBe(one.digest);
    }),
    { numRuns: 60 },
  );
});

test("rolling a release back restores the very documents from before it", {
  timeout: 60_000,
}, () => {
  fc.assert(
    fc.property(entriesOfReleases(), knownPackages(), (releases, packages) => {
      const without = releases.slice(0, -1).flat();
      const before = composeDesiredState("c1", without, packages);
      const during = composeDesiredState("c1", releases.flat(), packages);
      const last = releases.at(-1)![0]!.releaseId;
      const after = composeDesiredState(
        "c1",
        releases.flat().filter((one) => one.releaseId !== last),
        packages,
      );
      expect(after.digest).toBe(before.digest);
      for (const machine of sampleMachines) {
        const at = { ...machine, slot: slotOf(machine.machineId) };
        expect(documentFor(after, at)!.bytes.equals(documentFor(before, at)!.bytes)).toBe(true);
      }
      expect(during.clusterId).toBe("c1");
    }),
    { numRuns: 60 },
  );
});

test("every document's ETag is the sha256 of its bytes, and its bytes follow the contract", {
  timeout: 60_000,
}, () => {
  fc.assert(
    fc.property(entriesOfReleases(), knownPackages(), (releases, packages) => {
      const composition = composeDesiredState("c1", releases.flat(), packages);
      const documents = [
        ...[...composition.types.values()].flatMap((type) => type.documents),
        ...[...composition.gray.values()].flatMap((byType) => [...byType.values()]),
      ];
      for (const { bytes, etag } of documents) {
        expect(etag).toBe(etagOf(bytes));
        expect(JSON.stringify(DesiredState.parse(JSON.parse(bytes.toString())))).toBe(
          bytes.toString(),
        );
      }
    }),
    { numRuns: 30 },
  );
});

test("on equal timestamps gray beats batch, and batch beats default", () => {
  const machineId = sampleMachineIds[0]!;
  const batch = batchesOfSlots(5)[slotOf(machineId)]!;
  const byDefault = entry({ version: "1.0.0" });
  const byBatch = entry({ scope: "batch", batch, batchCount: 5, version: "2.0.0" });
  const byGray = entry({ scope: "gray", machineId, version: "3.0.0" });
  const versionOf = (entries: DesiredEntry[]) => {
    const [agent] = stateOf(composeDesiredState("c1", entries, []), machineId).agents;
    return agent?.want === "present" ? agent.version : undefined;
  };
  expect(versionOf([byGray, byDefault, byBatch])).toBe("3.0.0");
  expect(versionOf([byDefault, byBatch])).toBe("2.0.0");
  expect(versionOf([{ ...byDefault, timestampMs: 2_000 }, byBatch, byGray])).toBe("1.0.0");
});

test("an agent that no entry names is not in the document; one that is to go says absent", () => {
  const composition = composeDesiredState("c1", [entry({ version: null })], []);
  expect(stateOf(composition, "m-1").agents).toMatchObject([{ name: "log-agent", want: "absent" }]);
  expect(stateOf(composition, "m-1", "WINDOWS").agents).toEqual([]);
});

test("a version without packages stays in the document, with the platforms that there are", () => {
  const composition = composeDesiredState("c1", [entry({})], []);
  expect(stateOf(composition, "m-1").agents).toMatchObject([{ version: "1.0.0", packages: {} }]);
});

test("a release that opened 30 of 100 batches costs one document more, not thirty", () => {
  const batches = Array.from({ length: 30 }, (_, index) =>
    entry({ scope: "batch", batch: index + 1, batchCount: 100, version: "2.0.0", releaseId: 2 }),
  );
  const { documents, slotClass } = composeDesiredState("c1", [entry({}), ...batches], []).types.get(
    "LINUX",
  )!;
  expect(documents).toHaveLength(2);
  const share = slotClass.reduce((sum, index) => sum + index, 0) / slotClass.length;
  expect(share).toBeGreaterThan(0.27);
  expect(share).toBeLessThan(0.33);
});

test("entries for batches that no ring has reach nobody", () => {
  const impossible = [
    entry({ scope: "batch", batch: 6, batchCount: 5 }),
    entry({ scope: "batch", batch: 0, batchCount: 5 }),
    entry({ scope: "batch", batch: 1, batchCount: 5_000 }),
    entry({ scope: "batch", batch: null, batchCount: null }),
    entry({ scope: "gray", machineId: null }),
  ];
  const empty = composeDesiredState("c1", [], []);
  expect(composeDesiredState("c1", impossible, []).digest).toBe(empty.digest);
});
