import { asc, eq, sql } from "drizzle-orm";
import type { RowDataPacket } from "mysql2/promise";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { auditLog } from "../../drizzle/schema/audit-log.ts";
import { desiredEntries } from "../../drizzle/schema/desired-entries.ts";
import { leases } from "../../drizzle/schema/leases.ts";
import { releaseEvents } from "../../drizzle/schema/release-events.ts";
import { installMissing } from "../../scripts/system/debian-packages.ts";
import { faketimeRequirement } from "../../scripts/test/faketime-requirement.ts";
import { ReleasePlan } from "../contract/release-plan.ts";
import { slotOf } from "../desired-state/slot.ts";
import { takeLease } from "../platform/lease.ts";
import { systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createMachine } from "../testing/create-machine.ts";
import { createPackage } from "../testing/create-package.ts";
import {
  killServer,
  killServers,
  type LaunchedServer,
  launchServer,
} from "../testing/launch-server.ts";
import { createTestServices } from "../testing/test-services.ts";
import { createRelease } from "./create-release.ts";
import { loadRelease } from "./release-rows.ts";

/* Three server processes on one database: whatever happens to one of them, a stage opens once. */

const agentName = "log-agent";
/** What was seen sooner after a stage's opening may be from before it. */
const evidenceAfterMs = 1_500;
let services: Services;
let releaseId: number;

beforeAll(() => installMissing([faketimeRequirement]), 120_000);
beforeEach(async () => {
  services = await createTestServices();
  await createPackage(services, { agentName, version: "1.0.0" });
  await createCluster(services, { id: "c" });
  for (let index = 0; index < 12; index += 1) {
    const id = `m-${index}`;
    await createMachine(services, "c", { id, slot: slotOf(id) });
  }
  const gate = { control: { mode: "off" } };
  const batches = [20, 40, 60, 80].map((upToPercent) => ({ kind: "batch", upToPercent, gate }));
  const plan = ReleasePlan.parse({
    ...{ agentName, version: "1.0.0", machineTypes: ["LINUX"] },
    clusters: [
      {
        ...{ clusterId: "c", verification: "automatic" },
        stages: [{ kind: "gray", machineIds: ["m-0"], gate }, ...batches, { kind: "full", gate }],
      },
    ],
  });
  releaseId = (await createRelease(services, systemContext("tester", "test"), { plan })).id;
});
afterEach(killServers);

const launch = (...under: string[]) =>
  launchServer(services, { IFRIT_ROLE: "manage", FAKETIME_DONT_FAKE_MONOTONIC: "1" }, under);

/** All machines are alive, and run what is asked for. */
async function live(): Promise<void> {
  const nowMs = services.now();
  await services.db.execute(sql`UPDATE machines SET last_seen_at_ms = ${nowMs}`);
  await services.db.execute(sql`
    INSERT IGNORE INTO machine_agent_states
      (machine_id, agent_name, cluster_id, machine_type, slot, phase, version, release_id, reported_at_ms, changed_at_ms)
    SELECT id, ${agentName}, 'c', type, slot, 'running', '1.0.0', ${releaseId}, ${nowMs}, ${nowMs} FROM machines`);
}

async function liveUntil(holds: () => Promise<boolean>): Promise<void> {
  for (let round = 0; round < 150; round += 1) {
    await live();
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`it does not come to pass: ${JSON.stringify(await opened())}`);
}

const state = async () => (await loadRelease(services.db, releaseId)).row.state;
const opened = async () =>
  (
    await services.db
      .select()
      .from(releaseEvents)
      .where(eq(releaseEvents.kind, "stageOpened"))
      .orderBy(asc(releaseEvents.id))
  ).map(({ detail }) => detail.stage);
const audited = async () =>
  (await services.db.select().from(auditLog).where(eq(auditLog.action, "release.stage-opened")))
    .length;

async function expectEachStageOnce(): Promise<void> {
  expect(await opened()).toEqual([1, 2, 3, 4, 5, 6]);
  // The first opened with the release's creation.
  expect(await audited()).toBe(5);
  const entries = await services.db.select().from(desiredEntries);
  const keys = entries.map(({ scope, batch, machineId }) => `${scope} ${batch} ${machineId}`);
  expect(new Set(keys).size).toBe(entries.length);
}

test("fault 47: three processes, one of them killed, open each stage once", async () => {
  const servers = [await launch(), await launch(), await launch()];
  await liveUntil(async () => (await opened()).length >= 3);
  servers[0]!.child.kill("SIGKILL");
  await liveUntil(async () => (await state()) === "completed");
  await expectEachStageOnce();
}, 90_000);

test("fault 47: clocks five minutes fast and slow open each stage once, and none before its time", async () => {
  await launch("faketime", "-f", "+5m");
  await launch("faketime", "-f", "-5m");
  await launch();
  await liveUntil(async () => (await state()) === "completed");
  await expectEachStageOnce();
}, 90_000);

test("fault 48: a leader that sleeps past its lease, in the middle of its work, writes nothing when it wakes", async () => {
  const servers: LaunchedServer[] = [];
  const locker = await services.pool.getConnection();
  await new Promise((resolve) => setTimeout(resolve, evidenceAfterMs));
  // Machines are ready for the next stage, but nobody can count them: whoever leads is caught there.
  await live();
  await locker.query("LOCK TABLES machines WRITE, machine_agent_states WRITE");
  try {
    for (let index = 0; index < 3; index += 1) servers.push(await launch());
    const leader = await heldLease();
    await waitingFor("machines");
    for (const { child } of servers) child.kill("SIGSTOP");
    await services.db.update(leases).set({ expiresAtMs: 0 }).where(eq(leases.name, "advance"));
    const next = await takeLease(services.db, "advance", "the next leader", 4_000);
    expect(next?.fence).toBeGreaterThan(leader.fence);
  } finally {
    await locker.query("UNLOCK TABLES");
    locker.release();
  }
  const before = await loadRelease(services.db, releaseId);
  for (const { child } of servers) child.kill("SIGCONT");
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  // It has read facts by which the next stage opens, and the release is as it was: only the fence holds it.
  expect((await loadRelease(services.db, releaseId)).row.revision).toBe(before.row.revision);
  expect([await opened(), await audited()]).toEqual([[1], 0]);
  await liveUntil(async () => (await state()) === "completed");
  await expectEachStageOnce();
}, 90_000);

test("fault 49: with every evaluator killed nothing opens, however well the machines are; another goes on", async () => {
  const servers = [await launch(), await launch()];
  await liveUntil(async () => (await opened()).length >= 2);
  // The leader first, in whatever it is doing.
  const { holder } = await heldLease();
  expect(holder).not.toBe("");
  for (const server of servers) await killServer(server);
  const before = [await opened(), await loadRelease(services.db, releaseId)] as const;
  for (let round = 0; round < 20; round += 1) {
    await live();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  expect([await opened(), await loadRelease(services.db, releaseId)]).toEqual(before);
  await launch();
  // The dead one's lease runs out by the database's clock before the next one may begin.
  await services.db.update(leases).set({ expiresAtMs: services.now() + 3_000 });
  const seen = await opened();
  await live();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(await opened()).toEqual(seen);
  await liveUntil(async () => (await state()) === "completed");
  await expectEachStageOnce();
}, 90_000);

async function heldLease() {
  for (;;) {
    const [row] = await services.db.select().from(leases).where(eq(leases.name, "advance"));
    if (row && row.expiresAtMs > 0) return row;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Somebody stands before a locked table. */
async function waitingFor(table: string): Promise<void> {
  for (;;) {
    const [rows] = await services.pool.query<RowDataPacket[]>("SHOW FULL PROCESSLIST");
    const own = new URL(services.env.DATABASE_URL).pathname.slice(1);
    if (
      rows.some(
        (row) =>
          row.db === own && /lock/i.test(row.State ?? "") && String(row.Info).includes(table),
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
