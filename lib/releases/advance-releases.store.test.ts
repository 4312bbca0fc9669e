import { eq } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { auditLog } from "../../drizzle/schema/audit-log.ts";
import { desiredEntries } from "../../drizzle/schema/desired-entries.ts";
import { leases } from "../../drizzle/schema/leases.ts";
import { machineAgentStates } from "../../drizzle/schema/machine-agent-states.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import { releaseEvents } from "../../drizzle/schema/release-events.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import { ReleasePlan } from "../contract/release-plan.ts";
import { takeLease } from "../platform/lease.ts";
import { systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createMachine } from "../testing/create-machine.ts";
import { createPackage } from "../testing/create-package.ts";
import { createTestServices } from "../testing/test-services.ts";
import { unique } from "../testing/unique.ts";
import { advanceReleases } from "./advance-releases.ts";
import { createRelease } from "./create-release.ts";
import { orderRelease } from "./order-release.ts";

const ctx = systemContext("tester", "test");
const nowMs = 1_800_000_000_000;
let services: Services;
let releaseId: number;

/** A release whose gray stage is healthy: the next stage may open. */
beforeEach(async () => {
  services = await createTestServices({ now: () => nowMs });
  const agentName = `agent-${unique()}`;
  await createPackage(services, { agentName });
  const { id: clusterId } = await createCluster(services);
  const machine = await createMachine(services, clusterId);
  const stages = [
    { kind: "gray", machineIds: [machine.id], gate: {} },
    { kind: "full", gate: { soakSeconds: 60 } },
  ];
  const plan = ReleasePlan.parse({
    ...{ agentName, version: "1.0.0", machineTypes: ["LINUX"], clusters: [{ clusterId, stages }] },
  });
  releaseId = (await createRelease(services, ctx, { plan })).id;
  await services.db.insert(machineAgentStates).values({
    ...{ machineId: machine.id, agentName, clusterId, machineType: "LINUX", slot: 0 },
    ...{ phase: "running", version: "1.0.0", releaseId, reportedAtMs: nowMs, changedAtMs: nowMs },
  });
  services.now = () => nowMs + 1000;
  await services.db.update(machines).set({ lastSeenAtMs: nowMs + 1000 });
});

const opened = async () =>
  (await services.db.select().from(releaseEvents)).filter((one) => one.kind === "stageOpened")
    .length;
const entries = async () => (await services.db.select().from(desiredEntries)).length;

test("ten at once make one advance", async () => {
  const before = await entries();
  const outcomes = await Promise.all(
    // Another process has another identity; within one, ticks of the scheduler never overlap.
    Array.from({ length: 10 }, () => advanceReleases(services).catch((error: Error) => error)),
  );
  expect(outcomes.filter((outcome) => outcome instanceof Error)).toEqual([]);
  expect(await opened()).toBe(2);
  expect(await entries()).toBe(before + 1);
});

test("while another holds the lease nothing is written", async () => {
  await takeLease(services.db, "advance", "somebody else", 60_000);
  expect(await advanceReleases(services)).toEqual({ outcome: "another process is at it" });
  expect(await opened()).toBe(1);
});

test("one that loses its lease while it reads writes nothing, and leaves no audit row", async () => {
  const audited = (await services.db.select().from(auditLog)).length;
  const slow = { ...services, now: services.now };
  // The clock is read between the facts and the write: there the lease is taken over.
  let reads = 0;
  const taken = new Promise<void>((resolve) => {
    slow.now = () => {
      reads += 1;
      if (reads === 1) resolve();
      return nowMs + 1000;
    };
  });
  const advancing = advanceReleases(slow).catch((error: Error) => error);
  await taken;
  await services.db
    .update(leases)
    .set({ holder: "thief", fence: 999 })
    .where(eq(leases.name, "advance"));
  expect(await advancing).toMatchObject({ name: "LeaseLostError" });
  expect(await opened()).toBe(1);
  expect((await services.db.select().from(auditLog)).length).toBe(audited);
});

test("a release that a person pauses meanwhile does not open", async () => {
  const slow = { ...services };
  let paused: Promise<void> | null = null;
  slow.now = () => {
    paused ??= orderRelease(services, ctx, { releaseId, verb: "pause" });
    return nowMs + 1000;
  };
  const [outcome] = await Promise.all([advanceReleases(slow)]);
  await paused;
  const [row] = await services.db.select().from(releases).where(eq(releases.id, releaseId));
  expect(row?.state).toBe("paused");
  expect([1, 2]).toContain(await opened());
  // Whoever came first, the two never mixed: the job either opened before the pause or not at all.
  const expected = (await opened()) === 1 ? ["changed meanwhile", "nothing to do"] : [];
  if (expected.length > 0) expect(expected).toContain(outcome[releaseId]);
});
