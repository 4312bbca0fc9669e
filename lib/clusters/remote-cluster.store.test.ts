import { and, asc, eq } from "drizzle-orm";
import { afterEach, beforeEach, expect, test } from "vitest";
import { appliedOrders } from "../../drizzle/schema/applied-orders.ts";
import { auditLog } from "../../drizzle/schema/audit-log.ts";
import { clusterOrders } from "../../drizzle/schema/cluster-orders.ts";
import { desiredEntries } from "../../drizzle/schema/desired-entries.ts";
import { releaseEvents } from "../../drizzle/schema/release-events.ts";
import { remoteMasters } from "../../drizzle/schema/remote-masters.ts";
import { MasterFactsAnswer, MasterOrderAnswer, MasterStatus } from "../contract/master-api.ts";
import { createRelease } from "../releases/create-release.ts";
import { readMasterOrder } from "../releases/followed-releases.ts";
import { orderRelease } from "../releases/order-release.ts";
import { previewRelease } from "../releases/preview-release.ts";
import { releaseDetail } from "../releases/release-detail.ts";
import { killServers } from "../testing/launch-server.ts";
import { askMaster } from "./ask-master.ts";
import { createCluster } from "./create-cluster.ts";
import { readStoredFacts, storeFacts } from "./remote-facts.ts";
import { copyDatabase } from "./testing/copy-database.ts";
import { openTwoDeployments, type TwoDeployments, vera } from "./testing/two-deployments.ts";

let world: TwoDeployments;
beforeEach(async () => {
  world = await openTwoDeployments();
  await world.upload("1.0.0");
});
afterEach(killServers);

const everywhere = (version: string | null) => world.machines.map(() => version);
const release = async (version: string, clusterIds?: string[]) =>
  (await createRelease(world.manage, vera, { plan: world.plan(version, clusterIds) })).id;
const state = async (id: number) => {
  const { state, clusters } = await releaseDetail(world.manage, id);
  return [state, ...clusters.map((one) => one.state)].join(" ");
};
const completed = (id: number) =>
  world.until(
    () => state(id),
    (now) => now.startsWith("completed"),
  );
const events = async (releaseId: number) =>
  (
    await world.manage.db
      .select()
      .from(releaseEvents)
      .where(eq(releaseEvents.releaseId, releaseId))
      .orderBy(asc(releaseEvents.id))
  ).map(({ kind }) => kind);
const delivered = async (releaseId: number) => {
  const [row] = await world.manage.db
    .select()
    .from(clusterOrders)
    .where(eq(clusterOrders.releaseId, releaseId));
  return row !== undefined && row.deliveredRevision === row.revision;
};
const access = () => ({ clusterId: "b", url: world.server.url, credential: world.credential });
async function storeWhatItSays(releaseId: number): Promise<void> {
  const nowMs = world.manage.now();
  const { release } = await readMasterOrder(world.manage, releaseId, "b");
  const answer = await askMaster(access(), {
    ...{ method: "POST", path: "facts", answer: MasterFactsAnswer, json: { nowMs, release } },
  });
  await storeFacts(world.manage.db, { releaseId, clusterId: "b" }, answer, nowMs);
}
/** Does what the master said last count as evidence? */
const trusted = async (releaseId: number) =>
  (await readStoredFacts(world.manage.db, releaseId, "b"))?.masterStageIndex === 1;
const appliedAudit = () =>
  world.master.db.select().from(auditLog).where(eq(auditLog.action, "release.order-applied"));

test("a release goes through cluster a and then through b, whose master is another deployment", async () => {
  const id = await release("1.0.0");
  expect(await world.told()).toEqual(everywhere(null));
  expect(await completed(id)).toBe("completed verified verified");
  expect(await world.told()).toEqual(everywhere("1.0.0"));
  const detail = await releaseDetail(world.manage, id);
  expect(detail.clusters[1]?.counts).toMatchObject({ targeted: 3, healthy: 3, failed: 0 });
  const audited = await appliedAudit();
  expect(audited.length).toBeGreaterThanOrEqual(2);
  expect(audited.every(({ clusterId, source }) => clusterId === "b" && source === "manage")).toBe(
    true,
  );
  // Nothing of b's entries is in the database of manage, and nothing of a's in that of the master.
  const inB = eq(desiredEntries.clusterId, "b");
  expect(await world.manage.db.select().from(desiredEntries).where(inB)).toEqual([]);
  expect(
    new Set((await world.master.db.select().from(desiredEntries)).map((e) => e.clusterId)),
  ).toEqual(new Set(["b"]));
}, 240_000);

test("a master killed in the middle holds its own cluster only, and goes on where it stopped", async () => {
  await world.upload("1.1.0");
  const id = await release("1.0.0", ["b"]);
  await world.until(() => delivered(id), Boolean);
  await world.killMaster();
  await world.until(async () => (await events(id)).includes("masterUnreachable"), Boolean);
  const { waitingFor } = await releaseDetail(world.manage, id);
  const before = await state(id);
  const elsewhere = await release("1.1.0", ["a"]);
  expect(await completed(elsewhere)).toBe("completed verified");
  expect(await state(id)).toBe(before);
  expect(waitingFor).toMatchObject({ code: "masterUnreachable", values: { clusterId: "b" } });
  await orderRelease(world.manage, vera, { releaseId: id, verb: "pause" });
  await world.restartMaster();
  // What was decided meanwhile arrives, by whoever decided it.
  await world.until(() => delivered(id), Boolean);
  expect((await appliedAudit()).at(-1)).toMatchObject({
    ...{ actorKind: "user", actor: "vera", requestId: "request-of-vera" },
    after: { state: "paused" },
  });
  await orderRelease(world.manage, vera, { releaseId: id, verb: "continue" });
  expect(await completed(id)).toBe("completed verified");
  expect(await events(id)).toContain("masterReachable");
  expect(await world.told()).toEqual(everywhere("1.0.0"));
}, 240_000);

test("a master restored from an old backup is ordered anew, and its facts count only then", async () => {
  const first = await release("1.0.0", ["b"]);
  await completed(first);
  const restore = await copyDatabase(world.master);
  await world.upload("1.1.0");
  const second = await release("1.1.0", ["b"]);
  await world.until(world.told.bind(world), (told) => told.every((one) => one === "1.1.0"));
  await orderRelease(world.manage, vera, { releaseId: second, verb: "rollBack" });
  await world.until(() => delivered(second), Boolean);
  await world.upload("1.2.0");
  const third = await release("1.2.0", ["b"]);
  await completed(third);
  await world.until(() => trusted(third), Boolean);
  await world.killMaster();
  await restore();
  await world.restartMaster();
  expect(await world.master.db.select().from(appliedOrders)).toHaveLength(1);
  // Until it is ordered anew, what it says of the newest release is no evidence.
  await storeWhatItSays(third);
  expect(await trusted(third)).toBe(false);
  await world.until(
    async () => (await world.master.db.select().from(appliedOrders)).length,
    (count) => count === 3,
  );
  await world.until(world.told.bind(world), (told) => told.every((one) => one === "1.2.0"));
  // 1.1.0 was taken back: nothing of it has returned.
  const ofSecond = eq(desiredEntries.releaseId, second);
  expect(await world.master.db.select().from(desiredEntries).where(ofSecond)).toEqual([]);
}, 120_000);

test("orders that come twice or too late change nothing", async () => {
  const id = await release("1.0.0", ["b"]);
  await world.until(() => delivered(id), Boolean);
  const old = await readMasterOrder(world.manage, id, "b");
  await completed(id);
  await world.until(() => delivered(id), Boolean);
  const send = (json: unknown) =>
    askMaster(access(), { method: "PUT", path: `releases/${id}`, answer: MasterOrderAnswer, json });
  const newest = await readMasterOrder(world.manage, id, "b");
  const before = {
    audit: (await appliedAudit()).length,
    entries: await world.master.db.select().from(desiredEntries),
  };
  const answers = await Promise.all([send(newest), send(newest), send(newest)]);
  expect(answers.map(({ changed }) => changed)).toEqual([false, false, false]);
  await expect(send(old)).rejects.toMatchObject({ code: "conflict" });
  const forged = { ...newest, release: { ...newest.release, note: "another" } };
  await expect(send(forged)).rejects.toMatchObject({ code: "conflict" });
  const stranger = { ...newest, revision: 999, release: { ...newest.release, timestampMs: 1 } };
  await expect(send(stranger)).rejects.toMatchObject({ code: "conflict" });
  expect((await appliedAudit()).length).toBe(before.audit);
  expect(await world.master.db.select().from(desiredEntries)).toEqual(before.entries);
}, 240_000);

test("a stage does not open before its package is there, and a preview says so", async () => {
  const preview = async () =>
    (await previewRelease(world.manage, world.plan("1.0.0", ["b"]))).clusters[0]?.stages;
  const skipped = (await preview())?.flatMap((stage) => stage.skipped);
  expect(new Set(skipped?.map(({ reason }) => reason))).toEqual(new Set(["noPackage"]));
  await world.until(
    preview,
    (stages) => stages?.every((stage) => stage.skipped.length === 0) ?? false,
  );
  const changing = (await preview())?.reduce(
    (sum, { change, offline }) => sum + change + offline,
    0,
  );
  expect(changing).toBe(3);
}, 240_000);

test("gray machines of a remote cluster are found and checked by its master", async () => {
  const plan = world.plan("1.0.0", ["b"]);
  const gray = (extra: object) => ({
    ...plan,
    clusters: [
      {
        ...plan.clusters[0]!,
        stages: [
          {
            kind: "gray" as const,
            machineIds: [],
            gate: plan.clusters[0]!.stages[0]!.gate,
            ...extra,
          },
          ...plan.clusters[0]!.stages,
        ],
      },
    ],
  });
  const unknown = gray({ machineIds: ["nobody"] });
  await expect(createRelease(world.manage, vera, { plan: unknown })).rejects.toMatchObject({
    ...{ code: "invalid_request", issues: [{ path: "clusters.0.stages.0.machineIds.0" }] },
  });
  const { id } = await createRelease(world.manage, vera, {
    plan: gray({ select: { machinesMax: 1 } }),
  });
  expect(await completed(id)).toBe("completed verified");
}, 240_000);

test("only the cluster's own credential opens the door, and only to a deployment that is a master", async () => {
  const ask = (clusterId: string, credential: string) =>
    askMaster(
      { clusterId, url: world.server.url, credential },
      { method: "GET", path: "status", answer: MasterStatus },
    );
  expect((await ask("b", world.credential)).machines.total).toBe(3);
  for (const [clusterId, credential] of [
    ["b", "ifm1_wrong"],
    ["b", ""],
    ["c", world.credential],
  ] as const)
    await expect(ask(clusterId, credential)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("401"),
    });
  const wrong = {
    id: "x",
    name: "X",
    masterUrl: world.server.url,
    credential: "ifm1_not-the-right-one",
  };
  await expect(createCluster(world.manage, vera, wrong)).rejects.toMatchObject({
    code: "unavailable",
  });
  const [kept] = await world.manage.db
    .select()
    .from(remoteMasters)
    .where(and(eq(remoteMasters.clusterId, "b")));
  expect(kept?.credential).not.toContain(world.credential);
});
