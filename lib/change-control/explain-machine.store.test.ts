import { eq } from "drizzle-orm";
import { beforeEach, describe, expect, test } from "vitest";
import { machineAgentStates } from "../../drizzle/schema/machine-agent-states.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import { CreateFreezeRequest } from "../contract/change-control.ts";
import { ChangeRules } from "../contract/change-rules.ts";
import { type ClusterPlan, ReleasePlan } from "../contract/release-plan.ts";
import { redisKeys } from "../desired-state/redis-layout.ts";
import { slotOf } from "../desired-state/slot.ts";
import { machineDetail } from "../fleet-status/machine-detail.ts";
import { markKnownBad } from "../known-bad/mark-known-bad.ts";
import { systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { createRelease } from "../releases/create-release.ts";
import { orderRelease } from "../releases/order-release.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createMachine, machineFacts } from "../testing/create-machine.ts";
import { createPackage } from "../testing/create-package.ts";
import { agentState } from "../testing/sample-machine.ts";
import { createTestServices } from "../testing/test-services.ts";
import { freeze } from "./freeze.ts";
import { hold } from "./hold.ts";
import { setChangeRules } from "./set-change-rules.ts";

/*
 * A machine's page, by everything that people do to a fleet: the sentence is that of MySQL and of the
 * rules that masters follow, whether the machine has asked or not.
 */

const ctx = systemContext("li", "test");
const agentName = "log-agent";
const machineId = "m-1";
let services: Services;
let nowMs: number;
let clusterId: string;
let otherId: string;

beforeEach(async () => {
  // A Saturday.
  nowMs = Date.UTC(2026, 9, 24, 20);
  services = await createTestServices({ now: () => nowMs });
  clusterId = (await createCluster(services)).id;
  otherId = (await createCluster(services)).id;
  for (const version of ["1.0.0", "2.0.0"]) await createPackage(services, { agentName, version });
  await createPackage(services, { agentName: "ifrit-agent", version: "2.0.0" });
  await createMachine(services, clusterId, {
    ...{ id: machineId, slot: slotOf(machineId) },
    facts: machineFacts({ labels: { team: "search" } }),
  });
});

type Stages = ClusterPlan["stages"] | object[];
const full = { kind: "full", gate: {} };
const gray = { kind: "gray", machineIds: [machineId], gate: {} };
const clusterPlan = (id: string, stages: Stages) => ({ clusterId: id, stages });

const release = async (version: string | null, stages: Stages = [full], extra: object = {}) => {
  const plan = ReleasePlan.parse({
    ...{ agentName, version, machineTypes: ["LINUX"] },
    ...{ clusters: [clusterPlan(clusterId, stages)], ...extra },
  });
  return (await createRelease(services, ctx, { plan })).id;
};

async function runs(changed: Parameters<typeof agentState>[0] = {}): Promise<void> {
  const { name, ...state } = agentState({ version: "1.0.0", releaseId: 1, ...changed });
  await services.db.insert(machineAgentStates).values({
    ...{ machineId, agentName: name, clusterId, machineType: "LINUX", slot: slotOf(machineId) },
    ...{ ...state, failure: state.failure ?? undefined },
    ...{ reportedAtMs: nowMs, changedAtMs: nowMs },
  });
}

const said = async (name = agentName) => {
  const { agents } = await machineDetail(services, machineId);
  const { why, next } = agents.find((agent) => agent.name === name)!;
  return { why, next };
};

const failure = { reason: "crash_loop" as const, message: "exit 1", version: "2.0.0" };
const untilMs = () => nowMs + 60_000;

describe("a machine's page says", () => {
  const cases: [string, () => Promise<unknown>, object][] = [
    [
      "which gray stage brought the version",
      async () => {
        await release("2.0.0", [gray, full]);
        await runs({ version: "2.0.0" });
      },
      { code: "runsAsOrdered", values: { releaseId: 1, scope: "gray", stage: 1, openedAtMs: 0 } },
    ],
    [
      "which batch brought it, and when that opened",
      async () => {
        await release("2.0.0", [{ kind: "batch", upToPercent: 99, gate: {} }, full]);
        await runs({ version: "2.0.0" });
      },
      { code: "runsAsOrdered", values: { scope: "batch", stage: 1, upToPercent: 99 } },
    ],
    [
      "that everybody was to have it",
      async () => {
        await release("2.0.0");
        await runs({ version: "2.0.0" });
      },
      { code: "runsAsOrdered", values: { scope: "default", stage: 1, version: "2.0.0" } },
    ],
    [
      "that nobody asked for it",
      () => runs(),
      { code: "notOrdered", values: { version: "1.0.0" } },
    ],
    [
      "that it is absent as ordered",
      async () => {
        await release(null);
        await runs({ version: null, phase: "pending" });
      },
      { code: "absentAsOrdered", values: { releaseId: 1 } },
    ],
    [
      "that it will change",
      async () => {
        await release("2.0.0");
        await runs();
      },
      { code: "willChange", values: { version: "1.0.0", wanted: "2.0.0" } },
    ],
    [
      "that it is changing",
      async () => {
        await release("2.0.0");
        await runs({ phase: "downloading", targetVersion: "2.0.0" });
      },
      { code: "changing", values: { wanted: "2.0.0" } },
    ],
    [
      "that there is no package for it",
      async () => {
        await release("2.0.0");
        await runs({ phase: "notEligible" });
      },
      { code: "notEligible", values: { wanted: "2.0.0" } },
    ],
    [
      "that it put the version back and does not try it again",
      async () => {
        await release("2.0.0");
        await runs({ phase: "failed", targetVersion: "2.0.0", failure });
      },
      { code: "putBack", values: { reason: "crash_loop", version: "1.0.0", wanted: "2.0.0" } },
    ],
    [
      "that the change failed",
      async () => {
        await release("2.0.0");
        await runs({ phase: "failed", failure: { ...failure, reason: "disk_full" } });
      },
      { code: "failed", values: { reason: "disk_full" } },
    ],
    [
      "that it is offline",
      async () => {
        await release("2.0.0");
        await runs();
        await services.db
          .update(machines)
          .set({ lastSeenAtMs: 1 })
          .where(eq(machines.id, machineId));
      },
      { code: "offline", values: { wanted: "2.0.0" } },
    ],
    [
      "which hold leaves it out, until when",
      async () => {
        await release("2.0.0");
        await runs();
        const target = { labels: { team: "search" } };
        const order = { owner: "wang", reason: "core dump", untilMs: untilMs(), agentName: null };
        await hold(services, ctx, { ...order, target });
      },
      { code: "blocked", values: { because: "hold", owner: "wang", reason: "core dump" } },
    ],
    [
      "which freeze stands",
      async () => {
        await release("2.0.0");
        await runs();
        await freeze(services, ctx, CreateFreezeRequest.parse({ reason: "big sale" }));
      },
      { code: "blocked", values: { because: "freeze", scope: "all", reason: "big sale" } },
    ],
    [
      "when the window opens",
      async () => {
        await release("2.0.0");
        await runs();
        const window = { days: [7], from: "02:00", to: "04:00", timeZone: "Asia/Tokyo" };
        await setChangeRules(services, ctx, clusterId, ChangeRules.parse({ windows: [window] }));
        nowMs = Date.UTC(2026, 9, 24, 12);
      },
      { code: "blocked", values: { because: "window", opensAtMs: Date.UTC(2026, 9, 24, 17) } },
    ],
    [
      "that the version is known to be bad",
      async () => {
        await release("2.0.0");
        await runs();
        const bad = { agentName, version: "2.0.0", sha256: null, clusterId: null };
        await markKnownBad(services, ctx, { ...bad, reason: "eats memory" });
      },
      { code: "blocked", values: { because: "knownBad", badVersion: "2.0.0", version: "1.0.0" } },
    ],
    [
      "that the release is paused",
      async () => {
        const releaseId = await release("2.0.0");
        await runs();
        await orderRelease(services, ctx, { releaseId, verb: "pause" });
      },
      { code: "blocked", values: { because: "releasePaused", releaseId: 1 } },
    ],
    [
      "that the release was aborted",
      async () => {
        const releaseId = await release("2.0.0");
        await runs();
        await orderRelease(services, ctx, { releaseId, verb: "abort" });
      },
      { code: "blocked", values: { because: "releaseAborted" } },
    ],
    [
      "that ifrit-agent is upgraded first",
      async () => {
        await release("2.0.0");
        await release("2.0.0", [full], { agentName: "ifrit-agent" });
        await runs();
        await runs({ name: "ifrit-agent", version: "1.0.0" });
      },
      { code: "blocked", values: { because: "ifritAgentUpgrade" } },
    ],
    [
      "what only masters know: that others are changing",
      async () => {
        await release("2.0.0");
        await runs();
        await told({ code: "cap", values: { changing: 10, changingMax: 10 } });
      },
      { code: "blocked", values: { because: "cap", changing: 10, changingMax: 10 } },
    ],
    [
      "what only masters know: that it changed a moment ago",
      async () => {
        await release("2.0.0");
        await runs();
        await told({ code: "tooSoon", values: { untilMs: nowMs + 5 } });
      },
      { code: "blocked", values: { because: "tooSoon" } },
    ],
  ];
  test.each(cases)("%s", async (_, happen, expected) => {
    await happen();
    const { why } = await said();
    const { openedAtMs, ...values } = (expected as { values: Record<string, unknown> }).values;
    expect(why).toMatchObject({ ...expected, values });
    if (openedAtMs !== undefined) expect(why?.values.openedAtMs).toBe(nowMs);
  });

  test("nothing of a freeze that is over, or of another machine's hold", async () => {
    await release("2.0.0");
    await runs();
    const [freezeView, target] = [
      await freeze(services, ctx, CreateFreezeRequest.parse({ reason: "x", untilMs: untilMs() })),
      { machineId: "m-2" },
    ];
    await createMachine(services, clusterId, { id: "m-2" });
    const order = { owner: "wang", reason: "x", untilMs: untilMs(), agentName: null };
    await hold(services, ctx, { ...order, target });
    expect((await said()).why).toMatchObject({ values: { because: "freeze" } });
    nowMs = (freezeView.untilMs ?? 0) + 1;
    // Another machine's hold is not this one's.
    expect((await said()).why).toMatchObject({ code: "willChange" });
  });
});

describe("what comes next", () => {
  const later = [{ kind: "gray", machineIds: ["m-2"], gate: {} }, full];
  beforeEach(async () => {
    await createMachine(services, clusterId, { id: "m-2" });
    await release("1.0.0");
    nowMs += 1000;
    await runs();
  });

  test("a stage that has not opened, of a release that may be paused", async () => {
    const releaseId = await release("2.0.0", later);
    expect(await said()).toMatchObject({
      why: { code: "runsAsOrdered", values: { releaseId: 1 } },
      next: {
        code: "stageWaits",
        values: { releaseId: 2, version: "2.0.0", stage: 2, kind: "full" },
      },
    });
    await orderRelease(services, ctx, { releaseId, verb: "pause" });
    expect((await said()).next?.values.state).toBe("paused");
    await orderRelease(services, ctx, { releaseId, verb: "rollBack" });
    expect((await said()).next).toBeUndefined();
  });

  test("a cluster whose turn has not come", async () => {
    await createMachine(services, otherId, { id: "m-3" });
    const clusters = [clusterPlan(otherId, [full]), clusterPlan(clusterId, [full])];
    await release("2.0.0", [], { clusters });
    expect((await said()).next).toMatchObject({ code: "clusterWaits", values: { releaseId: 2 } });
  });

  test("a release that waits for a second person", async () => {
    await release("2.0.0", later);
    await services.db
      .update(releases)
      .set({ state: "waitingForApproval" })
      .where(eq(releases.id, 2));
    expect((await said()).next).toMatchObject({ code: "waitsForApproval" });
  });
});

/** As a master writes what it told a machine. */
async function told(machine: { code: string; values: object }): Promise<void> {
  const refusal = { atMs: nowMs, machine, agents: [] };
  await services.redis.set(redisKeys.refusal(clusterId, machineId), JSON.stringify(refusal));
}
