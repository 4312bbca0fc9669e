import { asc, eq } from "drizzle-orm";
import { afterEach, beforeAll, expect, test } from "vitest";
import { releaseEvents } from "../../drizzle/schema/release-events.ts";
import { installMissing } from "../../scripts/system/debian-packages.ts";
import { faketimeRequirement } from "../../scripts/test/faketime-requirement.ts";
import { ReleasePlan } from "../contract/release-plan.ts";
import { createRelease } from "../releases/create-release.ts";
import { orderRelease } from "../releases/order-release.ts";
import { releaseDetail } from "../releases/release-detail.ts";
import { killServer, killServers, launchServer } from "../testing/launch-server.ts";
import { stopProcess } from "../testing/stop-process.ts";
import { openTwoDeployments, type TwoDeployments, vera } from "./testing/two-deployments.ts";

/* A release to the cluster of another deployment, both as processes, through everything at once. */

beforeAll(() => installMissing([faketimeRequirement]), 120_000);
afterEach(killServers);

const soakSeconds = 4;
const patienceMs = 120_000;

/** One machine, then the rest: which machines are in a share of the ring is a matter of their ids. */
async function release(world: TwoDeployments): Promise<number> {
  const gate = { soakSeconds, control: { mode: "off" as const } };
  const stages = [
    { kind: "gray", machineIds: [world.machines[0]!.machine.machineId], gate },
    { kind: "full", gate },
  ];
  const plan = ReleasePlan.parse({
    ...world.plan("1.0.0", ["b"]),
    clusters: [{ clusterId: "b", stages, verification: "automatic" }],
  });
  return (await createRelease(world.manage, vera, { plan })).id;
}

const opened = async ({ manage }: TwoDeployments, releaseId: number) =>
  (
    await manage.db
      .select()
      .from(releaseEvents)
      .where(eq(releaseEvents.releaseId, releaseId))
      .orderBy(asc(releaseEvents.id))
  )
    .filter(({ kind }) => kind === "stageOpened")
    .map(({ detail, atMs }) => ({ stage: detail.stage, atMs }));

/** What machines do by themselves until something holds; `seen`: everything that they were told to run. */
async function liveUntil(
  world: TwoDeployments,
  releaseId: number,
  seen: Set<string | null>,
  holds: () => Promise<boolean>,
): Promise<void> {
  const endMs = Date.now() + patienceMs;
  while (Date.now() < endMs) {
    for (const one of world.machines) {
      const told = await world.checkIn(one).catch(() => undefined);
      if (told !== undefined) seen.add(told);
    }
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  const { state, waitingFor, clusters } = await releaseDetail(world.manage, releaseId);
  const last = JSON.stringify({ state, waitingFor, clusters, seen: [...seen] });
  throw new Error(`it does not come to pass: ${last}`);
}

test.each(["+5m", "-5m"])(
  "a master whose clock is off by %s is released to like any other: each stage once, none before its soak",
  async (shift) => {
    const world = await openTwoDeployments(["faketime", "-f", shift]);
    await world.upload("1.0.0");
    await launchServer(world.manage, { IFRIT_ROLE: "all" });
    const id = await release(world);
    const seen = new Set<string | null>();
    await liveUntil(
      world,
      id,
      seen,
      async () => (await releaseDetail(world.manage, id)).state === "completed",
    );
    const stages = await opened(world, id);
    expect(stages.map(({ stage }) => stage)).toEqual([1, 2]);
    expect(stages[1]!.atMs - stages[0]!.atMs).toBeGreaterThanOrEqual(soakSeconds * 1000);
    expect([...seen].sort()).toEqual(["1.0.0", null]);
    expect(await world.told()).toEqual(["1.0.0", "1.0.0", "1.0.0"]);
  },
  300_000,
);

test("manage and master are killed and stopped in turn: each stage opens once, and nobody runs what nobody ordered", async () => {
  const world = await openTwoDeployments();
  await world.upload("1.0.0");
  let manage = await launchServer(world.manage, { IFRIT_ROLE: "all" });
  const id = await release(world);
  const seen = new Set<string | null>();
  const stages = async () => (await opened(world, id)).length;
  await liveUntil(world, id, seen, async () => (await stages()) === 1 && seen.has("1.0.0"));
  await killServer(manage);
  await stopProcess(world.server.child.pid!);
  manage = await launchServer(world.manage, { IFRIT_ROLE: "all" });
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  // Without facts there is no progress, however long it takes.
  expect(await stages()).toBe(1);
  world.server.child.kill("SIGCONT");
  await liveUntil(world, id, seen, async () => (await stages()) === 2);
  await world.killMaster();
  await stopProcess(manage.child.pid!);
  await world.restartMaster();
  manage.child.kill("SIGCONT");
  await liveUntil(
    world,
    id,
    seen,
    async () => (await releaseDetail(world.manage, id)).state === "completed",
  );
  expect((await opened(world, id)).map(({ stage }) => stage)).toEqual([1, 2]);
  expect([...seen].sort()).toEqual(["1.0.0", null]);

  await orderRelease(world.manage, vera, { releaseId: id, verb: "rollBack" });
  await killServer(manage);
  await launchServer(world.manage, { IFRIT_ROLE: "all" });
  await liveUntil(world, id, seen, async () => (await world.told()).every((told) => told === null));
  expect([...seen].sort()).toEqual(["1.0.0", null]);
}, 400_000);
