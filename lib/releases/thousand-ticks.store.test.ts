import { and, eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { auditLog } from "../../drizzle/schema/audit-log.ts";
import { desiredEntries } from "../../drizzle/schema/desired-entries.ts";
import { leases } from "../../drizzle/schema/leases.ts";
import { releaseEvents } from "../../drizzle/schema/release-events.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import { ReleasePlan } from "../contract/release-plan.ts";
import { slotOf } from "../desired-state/slot.ts";
import { systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createMachine } from "../testing/create-machine.ts";
import { createPackage } from "../testing/create-package.ts";
import { createTestServices } from "../testing/test-services.ts";
import { advanceReleases } from "./advance-releases.ts";
import { createRelease } from "./create-release.ts";

const agentName = "log-agent";
const holders = ["one", "two", "three"];
const ticks = 1_002;
const gate = { control: { mode: "off" } };
const stagesPerRelease = 20;

let nowMs = 1_800_000_000_000;

async function releaseAgain(services: Services, clusterId: string): Promise<number> {
  const batches = Array.from({ length: stagesPerRelease - 1 }, (_, index) => ({
    ...{ kind: "batch", upToPercent: (index + 1) * 5, gate },
  }));
  const plan = ReleasePlan.parse({
    ...{ agentName, version: "1.0.0", machineTypes: ["LINUX"] },
    clusters: [
      { clusterId, verification: "automatic", stages: [...batches, { kind: "full", gate }] },
    ],
  });
  return (await createRelease(services, systemContext("tester", "test"), { plan })).id;
}

/** All machines run what the release asks for, and say so. */
async function live(services: Services, clusterId: string, releaseId: number): Promise<void> {
  await services.db.execute(sql`UPDATE machines SET last_seen_at_ms = ${nowMs}`);
  await services.db.execute(sql`REPLACE INTO machine_agent_states
      (machine_id, agent_name, cluster_id, machine_type, slot, phase, version, release_id, reported_at_ms, changed_at_ms)
    SELECT id, ${agentName}, ${clusterId}, type, slot, 'running', '1.0.0', ${releaseId}, ${nowMs}, ${nowMs} FROM machines`);
}

/** Between its facts and its writes somebody else has had its lease, as if it had slept. */
function sleeper(services: Services): Services {
  let reads = 0;
  const { db } = services;
  const taken = { holder: "somebody", fence: sql`${leases.fence} + 1`, expiresAtMs: 0 };
  return {
    ...services,
    now: () => {
      reads += 1;
      // Sent before the statements of the transaction that follows.
      if (reads === 1)
        db.update(leases)
          .set(taken)
          .where(eq(leases.name, "advance"))
          .then(
            () => undefined,
            () => undefined,
          );
      return nowMs;
    },
  };
}

test("fault 48: three processes that may sleep past their lease: in 1,000 ticks every stage opens once, one at a time", async () => {
  const services = await createTestServices({ now: () => nowMs });
  const { id: clusterId } = await createCluster(services);
  await createPackage(services, { agentName, version: "1.0.0" });
  for (let index = 0; index < 6; index += 1) {
    const id = `m-${index}`;
    await createMachine(services, clusterId, { id, slot: slotOf(id) });
  }
  const opened = async () =>
    (await services.db.select().from(releaseEvents).where(eq(releaseEvents.kind, "stageOpened")))
      .length;
  let releaseId = await releaseAgain(services, clusterId);
  const ids = [releaseId];
  let lost = 0;
  for (let tick = 0; tick < ticks; tick += holders.length) {
    nowMs += 1_000;
    await live(services, clusterId, releaseId);
    const before = await opened();
    const asleep = (tick / holders.length) % 4;
    const outcomes = await Promise.allSettled(
      holders.map((holder, index) =>
        advanceReleases(index === asleep ? sleeper(services) : services, holder),
      ),
    );
    for (const outcome of outcomes) {
      if (outcome.status === "fulfilled") continue;
      expect(outcome.reason).toMatchObject({ name: "LeaseLostError" });
      lost += 1;
    }
    expect((await opened()) - before).toBeLessThanOrEqual(1);
    const [row] = await services.db.select().from(releases).where(eq(releases.id, releaseId));
    if (row!.state === "running") continue;
    expect(row!.state).toBe("completed");
    releaseId = await releaseAgain(services, clusterId);
    ids.push(releaseId);
  }
  expect(ids.length).toBeGreaterThan(5);
  console.log(`${ids.length} releases in ${ticks} ticks; ${lost} times one had lost its lease`);
  expect(lost).toBeGreaterThan(10);
  for (const id of ids.slice(0, -1)) await expectEachStageOnce(services, id);
}, 180_000);

async function expectEachStageOnce({ db }: Services, releaseId: number): Promise<void> {
  const events = await db
    .select()
    .from(releaseEvents)
    .where(and(eq(releaseEvents.releaseId, releaseId), eq(releaseEvents.kind, "stageOpened")));
  const stages = events.map(({ detail }) => detail.stage);
  expect(stages).toEqual(Array.from({ length: stagesPerRelease }, (_, index) => index + 1));
  const audited = await db
    .select()
    .from(auditLog)
    .where(
      and(eq(auditLog.subjectId, String(releaseId)), eq(auditLog.action, "release.stage-opened")),
    );
  expect(audited.length).toBe(stagesPerRelease - 1);
  const entries = await db
    .select()
    .from(desiredEntries)
    .where(eq(desiredEntries.releaseId, releaseId));
  const keys = entries.map(({ scope, batch }) => `${scope} ${batch}`);
  expect(new Set(keys).size).toBe(keys.length);
}
