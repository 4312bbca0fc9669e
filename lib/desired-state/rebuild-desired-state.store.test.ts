import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { clusters } from "../../drizzle/schema/clusters.ts";
import { bumpDesiredRevision } from "../clusters/bump-desired-revision.ts";
import { openRedis } from "../platform/redis.ts";
import type { Services } from "../platform/services.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createDesiredEntry } from "../testing/create-desired-entry.ts";
import { createPackage } from "../testing/create-package.ts";
import { createReleaseRow } from "../testing/create-release-row.ts";
import { createTestServices } from "../testing/test-services.ts";
import { type DesiredStateCache, followPointer } from "./desired-state-cache.ts";
import { readPointer } from "./generation.ts";
import { rebuildDesiredState } from "./rebuild-desired-state.ts";
import { redisKeys } from "./redis-layout.ts";

async function openCluster() {
  const services = await createTestServices();
  const { id } = await createCluster(services);
  const release = { clusterId: id, releaseId: 1, agentName: "log-agent", version: "1.0.0" };
  await createPackage(services, { agentName: "log-agent", version: "1.0.0" });
  await createDesiredEntry(services, release);
  await createDesiredEntry(
    services,
    { ...release, releaseId: 2, version: "2.0.0" },
    { scope: "batch", batch: 1, batchCount: 4, timestampMs: 2_000_000_000_000 },
  );
  await createDesiredEntry(
    services,
    { ...release, releaseId: 3, version: "3.0.0" },
    { scope: "gray", machineId: "m-1", timestampMs: 2_000_000_000_001 },
  );
  return { services, id, release };
}

const rebuild = (services: Services, id: string, options = {}) =>
  rebuildDesiredState(services, id, "me", options);
const clusterRow = async (services: Services, id: string) =>
  (await services.db.select().from(clusters).where(eq(clusters.id, id)))[0]!;

test("a rebuild writes whole documents under the article's names, and then the pointer", async () => {
  const { services, id } = await openCluster();
  expect((await rebuild(services, id)).outcome).toBe("written");
  expect(await readPointer(services.redis, id)).toMatchObject({ generation: 1, revision: 0 });
  const keys = (await services.redis.keys(`ifrit:{${id}}:g1:*`)).map((key) => key.split(":g1:")[1]);
  expect(keys.sort()).toEqual([
    "expect_default_ARM64",
    "expect_default_CONTAINER",
    "expect_default_LINUX",
    "expect_default_WINDOWS",
    "expect_default_hash1_LINUX",
    "expect_gray_m-1",
    "index",
    "slots_ARM64",
    "slots_CONTAINER",
    "slots_LINUX",
    "slots_WINDOWS",
  ]);
  const versionIn = async (key: string) =>
    JSON.parse((await services.redis.get(`ifrit:{${id}}:g1:${key}`))!).agents[0].version;
  expect(await versionIn("expect_default_LINUX")).toBe("1.0.0");
  expect(await versionIn("expect_default_hash1_LINUX")).toBe("2.0.0");
  expect(await versionIn("expect_gray_m-1")).toBe("3.0.0");
});

test("unchanged contents make no new generation, only the marks that they are built", async () => {
  const { services, id } = await openCluster();
  await rebuild(services, id);
  await services.db.transaction((tx) => bumpDesiredRevision(tx, id));
  expect((await rebuild(services, id)).outcome).toBe("unchanged");
  expect(await clusterRow(services, id)).toMatchObject({
    ...{ generation: 1, desiredRevision: 1, builtRevision: 1 },
  });
  expect(await readPointer(services.redis, id)).toMatchObject({ generation: 1, revision: 1 });
});

test("a change makes the next generation, and the one before goes a little later", async () => {
  const { services, id, release } = await openCluster();
  await rebuild(services, id);
  await createDesiredEntry(services, { ...release, agentName: "monitor-agent" });
  expect((await rebuild(services, id)).outcome).toBe("written");
  expect(await readPointer(services.redis, id)).toMatchObject({ generation: 2 });
  for (const key of await services.redis.keys(`ifrit:{${id}}:g1:*`))
    expect(await services.redis.ttl(key)).toBeLessThanOrEqual(120);
});

test.each([
  ["everything was flushed", (s: Services) => s.redis.flushdb()],
  ["one document is gone", (s: Services, id: string) => s.redis.del(redisKeys.gray(id, 1, "m-1"))],
  ["the index is gone", (s: Services, id: string) => s.redis.del(redisKeys.index(id, 1))],
  ["the pointer is garbage", (s: Services, id: string) => s.redis.set(redisKeys.pointer(id), "{}")],
  [
    "the pointer is a list",
    (s: Services, id: string) =>
      s.redis.multi().del(redisKeys.pointer(id)).lpush(redisKeys.pointer(id), "x").exec(),
  ],
])("a rebuild repairs Redis when %s", async (_, damage) => {
  const { services, id } = await openCluster();
  await rebuild(services, id);
  await damage(services, id);
  expect((await rebuild(services, id)).outcome).toBe("written");
  const cache: DesiredStateCache = new Map();
  expect(await followPointer(services, cache, id)).toBe("current");
  expect(cache.get(id)).toMatchObject({ generation: 2 });
});

test.each([
  ["other bytes", (s: Services, key: string) => s.redis.set(key, '{"schema":1,"agents":[]}')],
  ["another kind", (s: Services, key: string) => s.redis.multi().del(key).sadd(key, "x").exec()],
  ["a huge value", (s: Services, key: string) => s.redis.set(key, "x".repeat(8_000_000))],
])("a document of %s is not served; a rewrite replaces it", async (_, damage) => {
  const { services, id } = await openCluster();
  await rebuild(services, id);
  const cache: DesiredStateCache = new Map();
  await damage(services, redisKeys.document(id, 1, "LINUX", 0));
  expect(await followPointer(services, cache, id)).toBe("corrupt");
  expect(cache.size).toBe(0);
  expect((await rebuild(services, id, { rewrite: true })).outcome).toBe("written");
  expect(await followPointer(services, cache, id)).toBe("current");
});

test("generation numbers grow past what an older backup of MySQL remembers", async () => {
  const { services, id, release } = await openCluster();
  for (const agentName of ["a", "b", "c"]) {
    await rebuild(services, id);
    await createDesiredEntry(services, { ...release, agentName });
  }
  await services.db.update(clusters).set({ generation: 1 }).where(eq(clusters.id, id));
  await rebuild(services, id);
  expect(await readPointer(services.redis, id)).toMatchObject({ generation: 4 });
  expect((await clusterRow(services, id)).generation).toBe(4);
});

test("a Redis that was restored from an older snapshot does not lead anybody back", async () => {
  const { services, id, release } = await openCluster();
  await rebuild(services, id);
  const old = await services.redis.get(redisKeys.pointer(id));
  await createDesiredEntry(services, { ...release, agentName: "monitor-agent" });
  await rebuild(services, id);
  const cache: DesiredStateCache = new Map();
  await followPointer(services, cache, id);
  await services.redis.set(redisKeys.pointer(id), old!);
  expect(await followPointer(services, cache, id)).toBe("current");
  expect(cache.get(id)!.generation).toBe(2);
  await rebuild(services, id);
  expect(await readPointer(services.redis, id)).toMatchObject({ generation: 3 });
});

test("many rebuilders at once make one generation of one change", async () => {
  const { services, id } = await openCluster();
  const results = await Promise.all(
    ["one", "two", "three", "four"].map((holder) => rebuildDesiredState(services, id, holder)),
  );
  const outcomes = results.map((result) => result.outcome).filter((one) => one !== "leaseHeld");
  expect(outcomes.filter((outcome) => outcome === "written")).toHaveLength(1);
  expect((await clusterRow(services, id)).generation).toBe(1);
});

test("without Redis a rebuild still composes, claims no number and marks nothing as built", async () => {
  const { services, id } = await openCluster();
  await services.db.transaction((tx) => bumpDesiredRevision(tx, id));
  const redis = openRedis("unix:///nowhere/redis.sock");
  redis.on("error", () => undefined);
  const result = await rebuildDesiredState({ ...services, redis }, id, "me");
  redis.disconnect();
  expect(result).toMatchObject({ outcome: "redisDown", built: { generation: 0, revision: 1 } });
  expect(await clusterRow(services, id)).toMatchObject({ generation: 0, builtRevision: 0 });
});

test("types that a running release spreads over are named, until it ends", async () => {
  const { services, id, release } = await openCluster();
  const { id: releaseId } = await createReleaseRow(services, release, { id: 1 } as never);
  expect(releaseId).toBe(1);
  await rebuild(services, id);
  expect((await readPointer(services.redis, id))!.changingTypes).toEqual(["LINUX"]);
  const { releases } = await import("../../drizzle/schema/releases.ts");
  await services.db.update(releases).set({ state: "completed" });
  expect((await rebuild(services, id)).outcome).toBe("unchanged");
  expect((await readPointer(services.redis, id))!.changingTypes).toEqual([]);
});
