import { eq, inArray } from "drizzle-orm";
import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { machines } from "../../drizzle/schema/machines.ts";
import { machineTypes } from "../contract/machine-type.ts";
import type { Platform } from "../contract/platform.ts";
import { slotCount } from "../desired-state/slot.ts";
import { takeLease } from "../platform/lease.ts";
import type { Services } from "../platform/services.ts";
import { storeReports } from "../reports/store-reports.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createMachine, machineFacts } from "../testing/create-machine.ts";
import { agentState, reportRequest } from "../testing/sample-machine.ts";
import { createTestServices } from "../testing/test-services.ts";
import { countPresent } from "./count-present.ts";
import { countPresentByRow } from "./count-present-by-row.ts";
import type { PresentCounts, PresentQuery } from "./present.ts";

const nowMs = 1_800_000_000_000;
const machineCount = 30;
const platforms: Platform[] = ["linux-x64", "linux-arm64"];
let services: Services;
let clusterId: string;

beforeEach(async () => {
  services = await createTestServices({ now: () => nowMs });
  clusterId = (await createCluster(services)).id;
});

const idOf = (index: number) => `${clusterId}-${index}`;
const indexes = Array.from({ length: machineCount }, (_, index) => index);
const some = fc.subarray(indexes);

const world = fc.record({
  /** By machine: what it reports; null: it never reported, and is not counted. */
  reports: fc.array(
    fc.option(
      fc.record({
        version: fc.constantFrom("1.0.0", "2.0.0", null, "none" as const),
        failed: fc.boolean(),
      }),
    ),
    { minLength: machineCount, maxLength: machineCount },
  ),
  ...{ silent: some, parked: some, named: some, heldByName: some },
  heldByLabel: fc.subarray(["search", "Search", 'a"b']),
});
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

/** All of a world, written as reports and statuses are. */
async function make({ reports, silent, parked }: World): Promise<void> {
  await services.db.delete(machines);
  clusterId = (await createCluster(services)).id;
  for (const index of indexes)
    await createMachine(services, clusterId, {
      ...{ id: idOf(index), slot: (index % 7) * 100, type: machineTypes[index % 2]! },
      ...{ platform: platforms[index % 2]!, lastSeenAtMs: nowMs },
      facts: machineFacts({ labels: { team: ["search", "SEARCH", 'a"b'][index % 3]! } }),
    });
  const lease = (await takeLease(services.db, `flush:${clusterId}`, "me", 60_000))!;
  const told = reports.flatMap((report, index) => (report ? [{ ...report, index }] : []));
  await storeReports(
    services,
    lease,
    told.map(({ index, version, failed }) => ({
      ...{ machineId: idOf(index), clusterId, receivedAtMs: nowMs },
      ...{ type: machineTypes[index % 2]!, slot: (index % 7) * 100 },
      report: reportRequest(1, version === "none" ? [] : [stateOf(version, failed)]),
    })),
  );
  const ids = (list: number[]) => inArray(machines.id, ["-", ...list.map(idOf)]);
  await services.db.update(machines).set({ lastSeenAtMs: 1 }).where(ids(silent));
  await services.db.update(machines).set({ status: "parked" }).where(ids(parked));
}

function stateOf(version: string | null, failed: boolean) {
  const failure = { reason: "start_failed" as const, message: "", version: "2.0.0" };
  return agentState({ version, ...(failed ? { phase: "failed", failure } : {}) });
}

const regions = Uint8Array.from({ length: slotCount }, (_, slot) => (slot < 300 ? 1 : 2));

function queryOf({ named, heldByName, heldByLabel }: World): PresentQuery {
  return {
    ...{ clusterId, machineTypes: [...machineTypes], agentName: "log-agent", version: "2.0.0" },
    ...{ onlineSinceMs: nowMs - 1, named: named.map(idOf), regionsOf: () => regions },
    holds: [
      ...heldByName.map((index) => ({ target: { machineId: idOf(index) } })),
      ...heldByLabel.map((team) => ({ target: { labels: { team } } })),
    ],
  };
}

/** Region instead of slot, which may be any of it. */
const sorted = ({ groups, named }: PresentCounts) =>
  [groups, named].map((list) =>
    list
      .map(({ type, slot, platform, version, failedBefore, online, held, machines: count }) =>
        [type, regions[slot], platform, version, failedBefore, online, held, count].join(" "),
      )
      .sort(),
  );

test("counts say the same as rows, whoever is silent, parked, held, named or not counted yet", async () => {
  let held = 0;
  await fc.assert(
    fc.asyncProperty(world, async (one) => {
      await make(one);
      const query = queryOf(one);
      const byRow = await countPresentByRow(services.db, query);
      expect(sorted(await countPresent(services.db, query))).toEqual(sorted(byRow));
      const all = [...byRow.groups, ...byRow.named];
      held += all.filter((group) => group.held).length;
      expect(all.reduce((sum, { machines: count }) => sum + count, 0)).toBe(
        machineCount - one.parked.length,
      );
    }),
    { numRuns: 25 },
  );
  expect(held).toBeGreaterThan(0);
}, 60_000);

test("a hold's labels are compared byte by byte, and all of them have to fit", async () => {
  const reports = indexes.map(() => null);
  const none: World = {
    ...{ reports, silent: [], parked: [], named: [], heldByName: [], heldByLabel: [] },
  };
  await make(none);
  await services.db
    .update(machines)
    .set({ facts: machineFacts({ labels: { team: "search", 'we"ird': "é" } }) })
    .where(eq(machines.id, idOf(0)));
  const held = async (labels: Record<string, string>) => {
    const query = { ...queryOf(none), holds: [{ target: { labels } }] };
    const { groups } = await countPresent(services.db, query);
    return groups.reduce((sum, group) => sum + (group.held ? group.machines : 0), 0);
  };
  expect(await held({ team: "search" })).toBe(10);
  expect(await held({ team: "SEARCH" })).toBe(10);
  expect(await held({ team: "Search" })).toBe(0);
  expect(await held({ team: "search", 'we"ird': "é" })).toBe(1);
  expect(await held({ 'we"ird': "e" })).toBe(0);
  expect(await held({})).toBe(0);
});
