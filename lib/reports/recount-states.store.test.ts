import { eq, sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { agentStateClasses, agentStateCounts } from "../../drizzle/schema/agent-state-counts.ts";
import { leases } from "../../drizzle/schema/leases.ts";
import { machineAgentStates } from "../../drizzle/schema/machine-agent-states.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import { slotCount } from "../desired-state/slot.ts";
import { jobsOf } from "../master/jobs.ts";
import { createMaster } from "../master/master.ts";
import { LeaseLostError, takeLease } from "../platform/lease.ts";
import type { Services } from "../platform/services.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createMachine } from "../testing/create-machine.ts";
import { createTestServices } from "../testing/test-services.ts";
import { recountSlots } from "./recount-slots.ts";
import { recountStates } from "./recount-states.ts";
import { settleCounts } from "./settle-counts.ts";

const size = 30;
let services: Services;
let clusterId: string;
let right: unknown;

/** Machines all over the ring, in three versions, all of them counted. */
beforeEach(async () => {
  services = await createTestServices();
  clusterId = (await createCluster(services)).id;
  for (let index = 0; index < size; index += 1) {
    const slot = (index * 997) % slotCount;
    const { id } = await createMachine(services, clusterId, { id: `m-${index}`, slot });
    if (index % 5 === 4) continue;
    await services.db.insert(machineAgentStates).values({
      ...{ machineId: id, agentName: "log-agent", clusterId, machineType: "LINUX", slot },
      ...{ phase: "running", version: `${index % 3}.0.0`, reportedAtMs: 1, changedAtMs: 1 },
    });
  }
  const lease = (await takeLease(services.db, `flush:${clusterId}`, "me", 60_000))!;
  expect(await settleCounts(services, lease, clusterId)).toBe(size);
  right = await everything();
  expect(await recount()).toEqual({ machines: size, moved: 0, corrected: 0 });
});

const recount = () => recountStates(services, clusterId, "me");

async function everything() {
  const { db } = services;
  return {
    ledgers: await db.select({ id: machines.id, is: machines.countedClasses }).from(machines),
    counts: await db.select().from(agentStateCounts),
    classes: await db.select().from(agentStateClasses),
  };
}

test.each<[string, () => Promise<unknown>, { moved: number; corrected: number }]>([
  [
    "a count that is too high",
    () => services.db.update(agentStateCounts).set({ machines: sql`machines + 3` }).limit(1),
    { moved: 0, corrected: 1 },
  ],
  [
    "a count below nothing",
    () => services.db.update(agentStateCounts).set({ machines: -1 }).limit(2),
    { moved: 0, corrected: 2 },
  ],
  [
    "counts that are gone",
    () => services.db.delete(agentStateCounts).limit(7),
    { moved: 0, corrected: 7 },
  ],
  [
    "counts and classes that are gone, all of them",
    async () => {
      await services.db.delete(agentStateCounts);
      await services.db.delete(agentStateClasses);
    },
    { moved: 0, corrected: size + (size * 4) / 5 },
  ],
  [
    "a machine that is counted under what it does not run",
    () => services.db.update(machines).set({ countedClasses: [] }).where(eq(machines.id, "m-3")),
    { moved: 1, corrected: 0 },
  ],
])("%s is found, put right and told of", async (_what, break_, { moved, corrected }) => {
  await break_();
  expect(await everything()).not.toEqual(right);
  expect(await recount()).toEqual({ machines: size, moved, corrected });
  expect(await everything()).toEqual(right);
  expect(await recount()).toEqual({ machines: size, moved: 0, corrected: 0 });
});

test("a state that somebody changed past the counts moves its machine", async () => {
  await services.db
    .update(machineAgentStates)
    .set({ version: "9.9.9" })
    .where(eq(machineAgentStates.machineId, "m-3"));
  expect(await recount()).toEqual({ machines: size, moved: 1, corrected: 2 });
  expect(await recount()).toEqual({ machines: size, moved: 0, corrected: 0 });
});

test("machines that were parked or revoked since stay counted until they are taken out", async () => {
  await services.db.update(machines).set({ status: "revoked" }).where(eq(machines.id, "m-3"));
  await services.db.delete(machineAgentStates).where(eq(machineAgentStates.machineId, "m-3"));
  expect(await recount()).toEqual({ machines: size, moved: 0, corrected: 0 });
  expect(await everything()).toEqual(right);
});

test("the clusters of others are left alone", async () => {
  const other = await createCluster(services);
  await services.db.delete(agentStateCounts).limit(1);
  expect(await recountStates(services, other.id, "me")).toEqual({
    ...{ machines: 0, moved: 0, corrected: 0 },
  });
  expect(await recount()).toMatchObject({ corrected: 1 });
});

test("one process at a time, which keeps its turn; and none while another holds the flush", async () => {
  expect(await recountStates(services, clusterId, "another")).toBeNull();
  await services.db.update(leases).set({ expiresAtMs: 0 });
  await takeLease(services.db, `flush:${clusterId}`, "flushing", 60_000);
  expect(await recountStates(services, clusterId, "another")).toBeNull();
  await services.db.update(leases).set({ expiresAtMs: 0 });
  expect(await recountStates(services, clusterId, "another")).toMatchObject({ machines: size });
});

test("who slept past the flush lease writes nothing", async () => {
  await services.db.delete(agentStateCounts);
  const lease = (await takeLease(services.db, `flush:${clusterId}`, "me", 60_000))!;
  await services.db.update(leases).set({ expiresAtMs: 0 });
  await takeLease(services.db, `flush:${clusterId}`, "the next", 60_000);
  const late = recountSlots(services, lease, clusterId, { from: 0, to: slotCount });
  await expect(late).rejects.toThrow(LeaseLostError);
  expect(await services.db.$count(agentStateCounts)).toBe(0);
});

test("a master does it by itself, from time to time", async () => {
  const master = createMaster(services);
  master.localClusters = [clusterId];
  await services.db.update(leases).set({ expiresAtMs: 0 });
  await services.db.delete(agentStateCounts).limit(4);
  const job = jobsOf(services, master).find(({ name }) => name === "recount")!;
  expect(job.intervalMs).toBeLessThanOrEqual(60_000);
  expect(await job.run()).toEqual({ [clusterId]: `${size} machines` });
  expect(await everything()).toEqual(right);
});
