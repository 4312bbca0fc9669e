import { eq, inArray } from "drizzle-orm";
import { expect, test } from "vitest";
import { machineAgentStates } from "../../drizzle/schema/machine-agent-states.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import { ReleasePlan } from "../contract/release-plan.ts";
import { slotOf } from "../desired-state/slot.ts";
import { systemContext } from "../platform/request-context.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { machineFacts } from "../testing/create-machine.ts";
import { createPackage } from "../testing/create-package.ts";
import { createTestServices } from "../testing/test-services.ts";
import { advanceReleases } from "./advance-releases.ts";
import { createRelease } from "./create-release.ts";
import { readClusterFacts } from "./read-facts.ts";
import { loadRelease } from "./release-rows.ts";
import { stageReach } from "./stage-reach.ts";

const agentName = "log-agent";
const machineCount = 200;
const mebibyte = 1024 * 1024;
const ids = Array.from({ length: machineCount }, (_, index) => `m-${index}`);

/** 200 machines on 1.0.0 that take 50 ± 10 MiB, and a release of 2.0.0 that opens its first half. */
async function openHalf() {
  let nowMs = 1_800_000_000_000;
  const services = await createTestServices({ now: () => nowMs });
  for (const version of ["1.0.0", "2.0.0"]) await createPackage(services, { agentName, version });
  const { id: clusterId } = await createCluster(services);
  await services.db.insert(machines).values(
    ids.map((id) => ({
      ...{ id, clusterId, slot: slotOf(id), hostname: id, facts: machineFacts() },
      ...{ type: "LINUX" as const, platform: "linux-x64" as const, status: "accepted" as const },
      ...{ publicKey: "", ifritAgentVersion: "0.1.0", enrolledAtMs: nowMs, lastSeenAtMs: nowMs },
    })),
  );
  const report = async (some: string[], version: string, releaseId: number, rssMiB: number) => {
    await services.db.delete(machineAgentStates).where(inArray(machineAgentStates.machineId, some));
    await services.db.insert(machineAgentStates).values(
      some.map((machineId, index) => ({
        ...{ machineId, agentName, clusterId, machineType: "LINUX" as const, version, releaseId },
        ...{ slot: slotOf(machineId), phase: "running" as const, cpuPercent: 2 + (index % 5) / 10 },
        rssBytes: (rssMiB + ((index * 7) % 21) - 10) * mebibyte,
        ...{ reportedAtMs: nowMs, changedAtMs: nowMs - 120_000 },
      })),
    );
  };
  await report(ids, "1.0.0", 1, 50);
  const gate = { soakSeconds: 30, deadlineSeconds: 600 };
  const stages = [
    { kind: "batch", upToPercent: 50, gate },
    { kind: "full", gate },
  ];
  const plan = ReleasePlan.parse({
    ...{ agentName, version: "2.0.0", machineTypes: ["LINUX"], clusters: [{ clusterId, stages }] },
  });
  const { id } = await createRelease(services, systemContext("tester", "test"), { plan });
  const reach = stageReach(plan, plan.clusters[0]!);
  return {
    ...{ services, clusterId, id },
    opened: ids.filter((machineId) => reach.stageOfSlot[slotOf(machineId)] === 0),
    change: (some: string[], rssMiB: number) => report(some, "2.0.0", id, rssMiB),
    async tick(seconds: number) {
      nowMs += seconds * 1000;
      await services.db.update(machines).set({ lastSeenAtMs: nowMs });
      await advanceReleases(services);
      const [row] = await services.db.select().from(releases).where(eq(releases.id, id));
      return row!;
    },
  };
}

test("a version that eats memory pauses its release, though it declares no budget", async () => {
  const { opened, change, tick } = await openHalf();
  await tick(1);
  await change(opened, 150);
  const row = await tick(1);
  expect(row).toMatchObject({
    ...{ state: "paused", stateReason: { code: "gateFailed", values: { reason: "memory" } } },
  });
});

test("a version that takes what the former one took goes on", async () => {
  const { services, clusterId, id, opened, change, tick } = await openHalf();
  await tick(1);
  await change(opened, 52);
  await tick(1);
  const { record } = await loadRelease(services.db, id);
  const { comparison } = await readClusterFacts(services, record, clusterId);
  expect(comparison?.strata).toMatchObject([
    {
      ...{ machineType: "LINUX", treatment: { machines: opened.length, restartedMachines: 0 } },
      control: { machines: machineCount - opened.length },
    },
  ]);
  expect(comparison?.strata[0]?.treatment.rssBytes).toHaveLength(opened.length);
  await tick(31);
  const row = await tick(1);
  expect(row.state).toBe("running");
  const { record: after } = await loadRelease(services.db, id);
  expect(after.clusters[0]?.stageIndex).toBe(1);
});
