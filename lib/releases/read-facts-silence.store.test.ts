import { inArray } from "drizzle-orm";
import { expect, test } from "vitest";
import { machineAgentStates } from "../../drizzle/schema/machine-agent-states.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import { ReleasePlan } from "../contract/release-plan.ts";
import { slotOf } from "../desired-state/slot.ts";
import { onlineForMs } from "../fleet-status/online-since.ts";
import { noteHearing } from "../machines/note-hearing.ts";
import { systemContext } from "../platform/request-context.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createMachine } from "../testing/create-machine.ts";
import { createPackage } from "../testing/create-package.ts";
import { createTestServices } from "../testing/test-services.ts";
import { advanceReleases } from "./advance-releases.ts";
import { createRelease } from "./create-release.ts";
import { readClusterFacts } from "./read-facts.ts";
import { releaseDetail } from "./release-detail.ts";
import { loadRelease } from "./release-rows.ts";
import { stageReach } from "./stage-reach.ts";

/* Who is silent as of when: what gates make of silence. */

const agentName = "log-agent";
const minuteMs = 60_000;
const machineIds = Array.from({ length: 100 }, (_, index) => `m-${index}`);

/** 100 machines online, a release that has one of them and half of the rest on its version. */
async function openHalf(pollSeconds = 60) {
  let nowMs = 1_800_000_000_000;
  const env = { IFRIT_POLL_SECONDS: pollSeconds };
  const services = await createTestServices({ env, now: () => nowMs });
  await createPackage(services, { agentName, version: "2.0.0" });
  const { id: clusterId } = await createCluster(services);
  for (const id of machineIds) await createMachine(services, clusterId, { id, slot: slotOf(id) });
  const stages = [
    { kind: "gray", machineIds: ["m-0"], gate: {} },
    { kind: "batch", upToPercent: 50, gate: { soakSeconds: 600 } },
    { kind: "full", gate: {} },
  ];
  const plan = ReleasePlan.parse({
    ...{ agentName, version: "2.0.0", machineTypes: ["LINUX"], clusters: [{ clusterId, stages }] },
  });
  const { id } = await createRelease(services, systemContext("tester", "test"), { plan });
  const reach = stageReach(plan, plan.clusters[0]!);
  const inBatch = machineIds.filter(
    (machineId) => machineId !== "m-0" && reach.stageOfSlot[slotOf(machineId)] === 1,
  );
  const later = async (ms: number, heard: string[]) => {
    nowMs += ms;
    if (heard.length === 0) return;
    await noteHearing(services, clusterId);
    await services.db
      .update(machines)
      .set({ lastSeenAtMs: nowMs })
      .where(inArray(machines.id, heard));
  };
  const run = async (some: string[]) => {
    const changedAtMs = nowMs;
    await services.db.insert(machineAgentStates).values(
      some.map((machineId) => ({
        ...{ machineId, agentName, clusterId, machineType: "LINUX" as const, version: "2.0.0" },
        ...{ releaseId: id, slot: slotOf(machineId), phase: "running" as const },
        ...{ reportedAtMs: changedAtMs, changedAtMs },
      })),
    );
  };
  await advanceReleases(services);
  await run(["m-0"]);
  await later(1_000, machineIds);
  await advanceReleases(services);
  await run(inBatch);
  await later(1_000, machineIds);
  return {
    ...{ services, inBatch, later },
    others: machineIds.filter((machineId) => machineId !== "m-0" && !inBatch.includes(machineId)),
    onlineMs: onlineForMs(services),
    nowMs: () => nowMs,
    facts: async () => {
      const { record } = await loadRelease(services.db, id);
      return readClusterFacts(services, record, clusterId);
    },
    waits: async () => (await releaseDetail(services, id)).waitingFor,
    release: async () => {
      await advanceReleases(services);
      return (await loadRelease(services.db, id)).record;
    },
  };
}

test("silence is told of by stage, and of machines that the release has not reached, for ten minutes", async () => {
  const { facts, inBatch, others, later, onlineMs } = await openHalf();
  expect((await facts()).silence).toEqual({
    goneDarkLately: [0, 0, 0],
    others: { machines: others.length, silent: 0 },
  });
  const away = ["m-0", ...inBatch.slice(0, 3), ...others.slice(0, 5)];
  const there = machineIds.filter((id) => !away.includes(id));
  for (let heardMs = 0; heardMs <= onlineMs; heardMs += minuteMs) await later(minuteMs, there);
  const seen = await facts();
  expect(seen.stages.map(({ goneDark }) => goneDark)).toEqual([1, 3, 0]);
  expect(seen.silence).toEqual({
    goneDarkLately: [1, 3, 0],
    others: { machines: others.length, silent: 5 },
  });
  for (let minute = 0; minute < 10; minute += 1) await later(minuteMs, there);
  const after = await facts();
  expect(after.stages.map(({ goneDark }) => goneDark)).toEqual([1, 3, 0]);
  expect(after.silence).toEqual({
    goneDarkLately: [0, 0, 0],
    others: { machines: others.length - 5, silent: 0 },
  });
});

/** Evidence of so long ago would still be judged, or is too old for that anyway. */
test.each([5, 60])(
  "polls of %d s: after a time in which nobody was heard, machines have until they can be back",
  async (pollSeconds) => {
    const { facts, release, waits, inBatch, later, onlineMs, nowMs } = await openHalf(pollSeconds);
    const heardAtMs = nowMs();
    // Longer than a machine may be silent, and then a tenth of them first.
    await later(2 * onlineMs, machineIds.slice(10, 20));
    expect((await facts()).factsAtMs).toBe(heardAtMs);
    expect(await release()).toMatchObject({ state: "running" });
    expect(await waits()).toMatchObject({ code: "facts", values: { reason: "returning" } });
    // All are back but one, which others do not share: that is the version's.
    const back = machineIds.filter((id) => id !== inBatch[0]);
    await later(onlineMs - 1_000, back);
    expect((await facts()).factsAtMs).toBe(heardAtMs);
    expect(await release()).toMatchObject({ state: "running" });
    const stepMs = Math.min(onlineMs - 1_000, 76_000);
    for (let waitedMs = 0; waitedMs < 76_000; waitedMs += stepMs) await later(stepMs, back);
    const last = await facts();
    expect(last.factsAtMs).toBe(nowMs());
    expect(last.stages[1]).toMatchObject({ healthy: inBatch.length - 1, goneDark: 1 });
    expect(await release()).toMatchObject({
      ...{ state: "paused", stateReason: { code: "gateFailed", values: { goneDark: 1 } } },
    });
  },
);

test("while nobody is heard nobody is silent for it; too long ago to be judged, people see who is", async () => {
  const { facts, release, later, onlineMs, nowMs } = await openHalf(5);
  await later(onlineMs - 1, ["m-1"]);
  const heardAtMs = nowMs();
  expect((await facts()).factsAtMs).toBe(heardAtMs);
  await later(onlineMs + 1, []);
  const { factsAtMs, stages } = await facts();
  expect(factsAtMs).toBe(heardAtMs);
  expect(stages[0]).toMatchObject({ healthy: 1, goneDark: 0 });
  expect(await release()).toMatchObject({ state: "running" });
  await later(10 * minuteMs, []);
  expect((await facts()).stages[0]).toMatchObject({ healthy: 0, goneDark: 1 });
  expect(await release()).toMatchObject({ state: "running" });
});
