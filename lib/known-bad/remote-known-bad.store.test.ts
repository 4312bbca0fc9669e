import { eq } from "drizzle-orm";
import { afterEach, beforeEach, expect, test } from "vitest";
import { auditLog } from "../../drizzle/schema/audit-log.ts";
import { knownBad } from "../../drizzle/schema/known-bad.ts";
import { exchangeWithMasters } from "../clusters/exchange-with-masters.ts";
import { pushPackages } from "../clusters/push-packages.ts";
import { copyDatabase } from "../clusters/testing/copy-database.ts";
import {
  openTwoDeployments,
  type TwoDeployments,
  vera,
} from "../clusters/testing/two-deployments.ts";
import { agentPaths, header } from "../contract/headers.ts";
import { ReleasePlan } from "../contract/release-plan.ts";
import { createRelease } from "../releases/create-release.ts";
import { orderRelease } from "../releases/order-release.ts";
import { previewRelease } from "../releases/preview-release.ts";
import { releaseDetail } from "../releases/release-detail.ts";
import { killServers } from "../testing/launch-server.ts";
import { liftKnownBad } from "./lift-known-bad.ts";
import { listKnownBad } from "./list-known-bad.ts";
import { markKnownBad } from "./mark-known-bad.ts";

let world: TwoDeployments;
beforeEach(async () => {
  world = await openTwoDeployments();
});
afterEach(killServers);

const exchange = async () => {
  await world.manage.db.execute("UPDATE remote_masters SET next_attempt_at_ms = 0");
  await exchangeWithMasters(world.manage);
};
const mark = (version: string, clusterId: string | null = null) =>
  markKnownBad(world.manage, vera, {
    ...{ agentName: world.agentName, version, sha256: null, clusterId, reason: "eats memory" },
  });
const atMaster = async () =>
  (await world.master.db.select().from(knownBad)).map(
    ({ version, clusterId, origin, liftedAtMs }) =>
      `${version} ${clusterId} ${origin} ${liftedAtMs === null ? "stands" : "lifted"}`,
  );
const notAt = async () =>
  (await listKnownBad(world.manage, { lifted: false })).map((one) =>
    one.notAt.map(({ clusterId }) => clusterId),
  );
const planOf = (version: string) =>
  ReleasePlan.parse({
    ...{ agentName: world.agentName, version, machineTypes: ["LINUX"] },
    clusters: [{ clusterId: "b", stages: [{ kind: "full", gate: {} }] }],
  });

/** The header by which b's first machine is told to wait; null: it may change. */
async function toldToWait(): Promise<string | null> {
  const answer = await fetch(world.server.url + agentPaths.desiredState, {
    headers: { authorization: `Bearer ${world.machines[0]!.token}` },
  });
  return answer.headers.get(header.change);
}

test("a mark reaches a master that was away, once; its machines wait, and no longer when it is lifted", async () => {
  await world.upload("1.0.0");
  await exchange();
  const { id: releaseId } = await createRelease(world.manage, vera, { plan: planOf("1.0.0") });
  await world.until(toldReleased, (runs) => runs === "1.0.0");
  await world.upload("2.0.0");
  await world.killMaster();
  const { id } = await mark("2.0.0");
  expect(await notAt()).toEqual([["b"]]);
  await world.restartMaster();
  await exchange();
  await exchange();
  expect(await notAt()).toEqual([[]]);
  expect(await atMaster()).toEqual(["2.0.0 b remote stands"]);
  const marked = eq(auditLog.action, "version.marked-bad");
  expect(await world.master.db.select().from(auditLog).where(marked)).toHaveLength(1);

  // What is released already is held up at the master, too: here by a mark that came later.
  await liftKnownBad(world.manage, vera, id, "");
  await exchange();
  expect(await atMaster()).toEqual(["2.0.0 b remote lifted"]);
  const next = await createRelease(world.manage, vera, { plan: planOf("2.0.0") });
  await mark("2.0.0", "b");
  const waiting = async () => (await releaseDetail(world.manage, next.id)).waitingFor;
  await expect
    .poll(
      async () => {
        await pushPackages(world.manage);
        await exchange();
        return [await toldToWait(), (await waiting())?.values.reason];
      },
      { timeout: 60_000, interval: 500 },
    )
    .toEqual([expect.stringContaining("knownBad; badVersion=2.0.0"), "knownBad"]);
  expect(await waiting()).toMatchObject({ code: "frozen" });

  // Taken back onto 1.0.0, which is bad as well by now: nobody is changed to it, and it is said.
  await mark("1.0.0");
  await orderRelease(world.manage, vera, { releaseId: next.id, verb: "rollBack" });
  const { events } = await releaseDetail(world.manage, next.id);
  expect(events.find(({ kind }) => kind === "fallBackKnownBad")?.detail).toMatchObject({
    ...{ clusterId: "b", version: "1.0.0", release: releaseId },
  });
}, 180_000);

const toldReleased = async () => world.machines[0]!.runs;

test("a restored master is told of it again; a restored manage gets it back, and can lift it", async () => {
  await exchange();
  const restoreMaster = await copyDatabase(world.master);
  const restoreManage = await copyDatabase(world.manage);
  await world.upload("2.0.0");
  await mark("2.0.0");
  await exchange();
  await world.killMaster();
  await restoreMaster();
  await world.restartMaster();
  expect(await atMaster()).toEqual([]);
  await exchange();
  expect(await atMaster()).toEqual(["2.0.0 b remote stands"]);
  await restoreManage();
  await exchange();
  const [back] = await listKnownBad(world.manage, { lifted: false });
  // It came from b alone, so b alone is what it is known to bind.
  expect(back).toMatchObject({ version: "2.0.0", clusterId: "b", markedBy: "vera", notAt: [] });
  await liftKnownBad(world.manage, vera, back!.id, "");
  await exchange();
  expect(await atMaster()).toEqual(["2.0.0 b remote lifted"]);
}, 120_000);

test("the preview of a remote cluster is its master's: marks and holds that stand there count", async () => {
  await world.upload("2.0.0");
  await world.tick();
  const before = await previewRelease(world.manage, planOf("2.0.0"));
  expect(before.clusters[0]?.stages).toMatchObject([{ change: 3, skipped: [] }]);
  await mark("2.0.0", "b");
  await exchange();
  const after = await previewRelease(world.manage, planOf("2.0.0"));
  expect(after.clusters[0]?.stages).toMatchObject([
    { change: 0, skipped: [{ reason: "knownBad", machines: 3 }] },
  ]);
}, 120_000);
