import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { agentStateCounts } from "../../drizzle/schema/agent-state-counts.ts";
import { machineAgentStates } from "../../drizzle/schema/machine-agent-states.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import type { FailureReason } from "../contract/agent-state.ts";
import { takeLease } from "../platform/lease.ts";
import type { Services } from "../platform/services.ts";
import { settleCounts } from "../reports/settle-counts.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createMachine } from "../testing/create-machine.ts";
import { createTestServices } from "../testing/test-services.ts";
import { listFailures } from "./list-failures.ts";
import type { OutcomeQuery } from "./outcome.ts";

const nowMs = 1_800_000_000_000;
const agentName = "log-agent";
let services: Services;
let clusterId: string;
let query: OutcomeQuery;

beforeEach(async () => {
  services = await createTestServices({ now: () => nowMs });
  clusterId = (await createCluster(services)).id;
  query = {
    ...{ clusterId, agentName, version: "2.0.0", releaseId: 7, machineTypes: ["LINUX"], named: [] },
    ...{ platforms: ["linux-x64"], budget: {}, onlineSinceMs: nowMs - 60_000 },
  };
});

type Kind = "healthy" | "putBack" | "dark" | "overBudget" | FailureReason;

async function add(id: string, kind: Kind, ageMs = 0): Promise<void> {
  const lastSeenAtMs = kind === "dark" ? 1 : nowMs;
  await createMachine(services, clusterId, { id, slot: id.length, lastSeenAtMs });
  const isWell = kind === "healthy" || kind === "dark" || kind === "overBudget";
  const reason: FailureReason = isWell || kind === "putBack" ? "liveness_failed" : kind;
  await services.db.insert(machineAgentStates).values({
    ...{ machineId: id, agentName, clusterId, machineType: "LINUX", slot: id.length, releaseId: 7 },
    phase: isWell || kind === "putBack" ? "running" : "failed",
    version: isWell ? "2.0.0" : "1.0.0",
    targetVersion: "2.0.0",
    cpuPercent: kind === "overBudget" ? 90 : 1,
    failure: isWell ? null : { reason, message: `of ${id}`, version: "2.0.0" },
    ...{ reportedAtMs: nowMs, changedAtMs: nowMs - 3_600_000 - ageMs },
  });
}

async function count(): Promise<void> {
  const lease = (await takeLease(services.db, `flush:${clusterId}`, "me", 60_000))!;
  await settleCounts(services, lease, clusterId);
}

const told = async () =>
  (await listFailures(services.db, query)).map(({ reason, machines: count, examples }) => ({
    ...{ reason, count, examples: examples.map(({ machineId, message }) => [machineId, message]) },
  }));

test.each(["counted", "read one by one", "some of each"])(
  "every failure once, by its reason: machines %s",
  async (how) => {
    for (const id of ["a", "bb"]) await add(id, "healthy");
    await add("ccc", "disk_full");
    await add("d", "disk_full", 5);
    if (how !== "read one by one") await count();
    await add("e", "disk_full", 9);
    await add("ff", "putBack");
    await add("g", "dark");
    if (how === "counted") await count();
    expect(await told()).toEqual([
      {
        ...{ reason: "disk_full", count: 3 },
        examples: expect.arrayContaining([
          ["ccc", "of ccc"],
          ["d", "of d"],
          ["e", "of e"],
        ]),
      },
      { reason: "gone_dark", count: 1, examples: [["g", ""]] },
      { reason: "liveness_failed", count: 1, examples: [["ff", "of ff"]] },
    ]);
  },
);

test("machines that left the cluster's care are in nobody's list, counted or not", async () => {
  await add("a", "disk_full");
  await add("bb", "dark");
  await count();
  await services.db.update(machines).set({ status: "parked" });
  expect(await told()).toEqual([]);
});

test("ten examples of each reason are enough, however rare one of them is", async () => {
  for (let index = 0; index < 40; index += 1)
    await add(`m${"-".repeat(index)}`, index === 17 ? "io_error" : "disk_full");
  await count();
  const [first, second] = await told();
  expect(first).toMatchObject({ reason: "disk_full", count: 39 });
  expect(first!.examples).toHaveLength(10);
  expect(second!.examples).toEqual([[`m${"-".repeat(17)}`, `of m${"-".repeat(17)}`]]);
});

test("a budget other than the one that machines were judged by is looked up row by row", async () => {
  await add("a", "overBudget");
  await add("bb", "healthy");
  await count();
  query = { ...query, budget: { cpuPercent: 50 } };
  expect(await told()).toMatchObject([{ reason: "over_budget", count: 1 }]);
});

test("counts that contradict the machines are not believed", async () => {
  await add("a", "disk_full");
  await add("bb", "healthy");
  await count();
  await services.db.update(agentStateCounts).set({ machines: sql`machines - 2` });
  expect(await told()).toMatchObject([{ reason: "disk_full", count: 1 }]);
});
