import { eq, inArray } from "drizzle-orm";
import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { agentStateCounts } from "../../drizzle/schema/agent-state-counts.ts";
import { machineAgentStates } from "../../drizzle/schema/machine-agent-states.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import { type AgentState, agentPhases } from "../contract/agent-state.ts";
import { machineTypes } from "../contract/machine-type.ts";
import type { Platform } from "../contract/platform.ts";
import { slotCount } from "../desired-state/slot.ts";
import { takeLease } from "../platform/lease.ts";
import type { Services } from "../platform/services.ts";
import type { ReportEntry } from "../reports/report-entry.ts";
import { settleCounts } from "../reports/settle-counts.ts";
import { storeReports } from "../reports/store-reports.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createMachine } from "../testing/create-machine.ts";
import { createPackage, packageManifest } from "../testing/create-package.ts";
import { agentState, reportRequest } from "../testing/sample-machine.ts";
import { createTestServices } from "../testing/test-services.ts";
import { countOutcomes } from "./count-outcomes.ts";
import { countOutcomesByRow } from "./count-outcomes-by-row.ts";
import type { OutcomeCounts, OutcomeQuery } from "./outcome.ts";

const startMs = 1_800_000_000_000;
const machineCount = 24;
const platforms: Platform[] = ["linux-x64", "linux-arm64"];
const versions = ["1.0.0", "2.0.0", null];
let services: Services;
let clusterId: string;
let nowMs = startMs;

beforeEach(async () => {
  nowMs = startMs;
  services = await createTestServices({ now: () => nowMs });
  for (const version of ["1.0.0", "2.0.0"])
    await createPackage(services, {
      ...{ agentName: "log-agent", version },
      manifest: packageManifest({ version, budget: { cpuPercent: 50, rssMiB: 100 } }),
    });
});

const idOf = (index: number) => `${clusterId}-${index}`;

async function addMachine(index: number): Promise<void> {
  await createMachine(services, clusterId, {
    ...{ id: idOf(index), slot: (index % 5) * 7, type: machineTypes[index % 2]! },
    ...{ platform: platforms[index % 2]!, lastSeenAtMs: nowMs },
  });
}

const state = fc.record({
  name: fc.constantFrom("log-agent", "log-agent", "monitor-agent"),
  phase: fc.constantFrom(...agentPhases),
  version: fc.constantFrom(...versions),
  targetVersion: fc.constantFrom(...versions),
  releaseId: fc.constantFrom(1, 2, null),
  restarts: fc.constantFrom(0, 0, 3),
  cpuPercent: fc.constantFrom(null, 10, 50.5),
  rssBytes: fc.constantFrom(null, 2 ** 20, 2 ** 28),
  failure: fc.option(
    fc.record({
      reason: fc.constantFrom("disk_full" as const, "exited_early" as const),
      message: fc.constant("m"),
      version: fc.constantFrom(...versions),
    }),
  ),
});

const event = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("report" as const),
      reports: fc.array(
        fc.record({
          machine: fc.nat(machineCount - 1),
          full: fc.boolean(),
          agents: fc.uniqueArray(state, { selector: (one) => one.name, maxLength: 2 }),
          removed: fc.subarray(["log-agent", "monitor-agent"]),
        }),
        { minLength: 1, maxLength: 8 },
      ),
    }),
  },
  fc.record({
    kind: fc.constant("status" as const),
    machine: fc.nat(machineCount - 1),
    status: fc.constantFrom("accepted" as const, "parked" as const, "revoked" as const),
  }),
  fc.record({
    kind: fc.constant("silence" as const),
    some: fc.subarray(Array.from({ length: machineCount }, (_, index) => index)),
  }),
  fc.constant({ kind: "settle" as const }),
  fc.record({ kind: fc.constant("pass" as const), ms: fc.constantFrom(1_000, 70_000) }),
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

let sequence = 1;

async function apply(one: Event): Promise<void> {
  const lease = (await takeLease(services.db, `flush:${clusterId}`, "me", 60_000))!;
  if (one.kind === "report") return storeReports(services, lease, one.reports.map(entryOf));
  if (one.kind === "settle") return void (await settleCounts(services, lease, clusterId));
  if (one.kind === "pass") nowMs += one.ms;
  if (one.kind === "silence")
    await services.db
      .update(machines)
      .set({ lastSeenAtMs: 1 })
      .where(inArray(machines.id, ["-", ...one.some.map(idOf)]));
  if (one.kind !== "status") return;
  const id = idOf(one.machine);
  await services.db.update(machines).set({ status: one.status }).where(eq(machines.id, id));
  if (one.status === "revoked")
    await services.db.delete(machineAgentStates).where(eq(machineAgentStates.machineId, id));
}

type Reported = Extract<Event, { kind: "report" }>["reports"][number];
function entryOf({ machine, full, agents, removed }: Reported): ReportEntry {
  sequence += 1;
  const names = agents.map(({ name }) => name);
  return {
    ...{ machineId: idOf(machine), clusterId, type: "LINUX", slot: 0, receivedAtMs: nowMs },
    report: reportRequest(
      sequence,
      agents.map((one) => agentState(structuredClone(one) as Partial<AgentState>)),
      full
        ? {}
        : { kind: "changed", removed: removed.filter((one) => !names.includes(one as never)) },
    ),
  };
}

function queries(): OutcomeQuery[] {
  const halves = new Uint8Array(slotCount).fill(1, 10);
  const others = new Uint8Array(slotCount).fill(3, 20);
  const base = {
    ...{ clusterId, agentName: "log-agent", machineTypes: machineTypes.slice(0, 2) },
    ...{ onlineSinceMs: nowMs - 60_000, platforms, named: [] },
    budget: { cpuPercent: 50, rssMiB: 100 },
  };
  return [
    { ...base, version: "2.0.0", releaseId: 1 },
    { ...base, version: "2.0.0", releaseId: 2, named: [0, 3, 5].map(idOf) },
    { ...base, version: "1.0.0", releaseId: 1, budget: {}, platforms: platforms.slice(0, 1) },
    { ...base, version: null, releaseId: 2, regionsOf: () => halves },
    {
      ...{ ...base, version: "2.0.0", releaseId: 1, named: [1].map(idOf) },
      regionsOf: (type) => (type === machineTypes[0] ? halves : others),
    },
  ];
}

function canonical({ groups, named }: OutcomeCounts, { regionsOf }: OutcomeQuery) {
  const text = groups.map(({ type, slot, ...group }) =>
    JSON.stringify([type, regionsOf ? regionsOf(type)[slot] : slot, Object.entries(group).sort()]),
  );
  return [text.sort(), named.map((one) => JSON.stringify(Object.entries(one).sort())).sort()];
}

async function expectSame(): Promise<void> {
  for (const query of queries()) {
    const fast = canonical(await countOutcomes(services.db, query), query);
    expect(fast).toEqual(canonical(await countOutcomesByRow(services.db, query), query));
  }
}

test("whatever machines do, the counts say what a look at every machine says", {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 12 }), async (history) => {
      clusterId = (await createCluster(services)).id;
      for (let index = 0; index < machineCount; index += 1) await addMachine(index);
      for (const one of history) {
        await apply(one);
        await expectSame();
      }
      await apply({ kind: "settle" });
      await expectSame();
      const left = await services.db
        .select()
        .from(agentStateCounts)
        .where(eq(agentStateCounts.machines, 0));
      expect(left).toEqual([]);
    }),
    { numRuns: 15, endOnFailure: true },
  );
});
