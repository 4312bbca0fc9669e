import { setTimeout as sleep } from "node:timers/promises";
import { count, eq, sql } from "drizzle-orm";
import { clusters } from "../../drizzle/schema/clusters.ts";
import { packages } from "../../drizzle/schema/packages.ts";
import { releaseEvents } from "../../drizzle/schema/release-events.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import { createCluster } from "../../lib/clusters/create-cluster.ts";
import { systemContext } from "../../lib/platform/request-context.ts";
import { closeServices, type Services } from "../../lib/platform/services.ts";
import { step } from "../progress.ts";
import type { Instance } from "../up/instance.ts";
import type { KeptAlive } from "../up/keep-alive.ts";
import { openInstanceServices } from "../up/open-instance-services.ts";
import {
  badVersion,
  demoClusters,
  installedAgents,
  livelyAgent,
  waitingVersion,
} from "./demo-fleet.ts";
import { orderBad, orderBase, orderLively, orderWaiting } from "./order-releases.ts";
import { startFleet } from "./start-fleet.ts";
import { uploadVersion } from "./upload-version.ts";

const ctx = systemContext("demo", "setup");
const dayMs = 86_400_000;
const historyPatienceMs = 60_000;

/** Machines, versions and releases, so that there is something to see. What an earlier run made stays. */
export async function fillDemo(
  instance: Instance,
  env: NodeJS.ProcessEnv,
  started: KeptAlive[],
): Promise<void> {
  const services = openInstanceServices(instance, env);
  started.push({ name: "demo", stop: () => closeServices(services) });
  await step("two clusters", () => nameClusters(services));
  await step("simulated machines", async () => {
    for (const cluster of demoClusters) {
      const { fleet, kept } = await startFleet(services, ctx, instance, cluster);
      started.push(kept);
      await untilEnrolled(fleet);
    }
  });
  const orderer = { services, ctx };
  if (!(await hasReleases(services, waitingVersion.name))) await makeHistory(services);
  await step("a release under way", async () => {
    const version = { name: livelyAgent, version: await nextVersion(services) };
    await uploadVersion(services, ctx, version);
    await orderLively(orderer, version);
  });
}

async function nameClusters(services: Services): Promise<void> {
  const known = (await services.db.select({ id: clusters.id }).from(clusters)).map(({ id }) => id);
  for (const { id, name } of demoClusters)
    if (known.includes(id))
      await services.db.update(clusters).set({ name }).where(eq(clusters.id, id));
    else await createCluster(services, ctx, { id, name, masterUrl: null });
}

async function untilEnrolled(fleet: Awaited<ReturnType<typeof startFleet>>["fleet"]) {
  while (fleet.counts().presence.starting > 0) await sleep(100);
}

async function hasReleases(services: Services, agentName: string): Promise<boolean> {
  const [row] = await services.db
    .select({ releases: count() })
    .from(releases)
    .where(eq(releases.agentName, agentName));
  return (row?.releases ?? 0) > 0;
}

async function makeHistory(services: Services): Promise<void> {
  const orderer = { services, ctx };
  await step("versions and finished releases", async () => {
    for (const version of [...installedAgents, waitingVersion, badVersion])
      await uploadVersion(services, ctx, version);
    const ids: number[] = [];
    for (const version of installedAgents) ids.push(await orderBase(orderer, version));
    await untilCompleted(services, ids);
    for (const [index, id] of ids.entries()) await backdate(services, id, 21 - 6 * index);
  });
  await step("a release that fails, and one that waits for a person", async () => {
    await orderBad(orderer, badVersion);
    await orderWaiting(orderer, waitingVersion);
  });
}

async function untilCompleted(services: Services, ids: readonly number[]): Promise<void> {
  const deadline = Date.now() + historyPatienceMs;
  while (Date.now() < deadline) {
    const rows = await services.db
      .select({ id: releases.id, state: releases.state })
      .from(releases);
    if (rows.every(({ id, state }) => !ids.includes(id) || state === "completed")) return;
    await sleep(500);
  }
}

/** So that history looks like one. */
async function backdate(services: Services, id: number, days: number): Promise<void> {
  const byMs = days * dayMs;
  await services.db
    .update(releases)
    .set({
      createdAtMs: sql`${releases.createdAtMs} - ${byMs}`,
      finishedAtMs: sql`${releases.finishedAtMs} - ${byMs}`,
    })
    .where(eq(releases.id, id));
  await services.db
    .update(releaseEvents)
    .set({ atMs: sql`${releaseEvents.atMs} - ${byMs}` })
    .where(eq(releaseEvents.releaseId, id));
}

/** 2.4.0, and one more each time that the demo is started. */
async function nextVersion(services: Services): Promise<string> {
  const [row] = await services.db
    .select({ versions: sql<number>`COUNT(DISTINCT ${packages.version})` })
    .from(packages)
    .where(eq(packages.agentName, livelyAgent));
  return `2.4.${Math.max(0, Number(row?.versions ?? 0) - 1)}`;
}
