import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { clusters } from "../../drizzle/schema/clusters.ts";
import { desiredEntries } from "../../drizzle/schema/desired-entries.ts";
import { bumpDesiredRevision } from "../clusters/bump-desired-revision.ts";
import { verifyFreshness } from "../contract/verify-director.ts";
import { firstFloors } from "../contract/verify-floors.ts";
import { releaseLease, takeLease } from "../platform/lease.ts";
import type { Services } from "../platform/services.ts";
import { listDropped } from "../signing/dropped-values.ts";
import { loadDirectorKey } from "../signing/load-director-key.ts";
import { readOwnTrust, trustFolder } from "../signing/own-trust.ts";
import { serveDevelopmentTrust } from "../signing/serve-development-trust.ts";
import { signFreshness } from "../signing/sign-director.ts";
import { fixedSigner } from "../signing/testing/fixed-signer.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createDesiredEntry } from "../testing/create-desired-entry.ts";
import { createMachine } from "../testing/create-machine.ts";
import { createPackage } from "../testing/create-package.ts";
import { createTestServices } from "../testing/test-services.ts";
import {
  type ClusterMemory,
  type DesiredStateCache,
  followPointer,
} from "./desired-state-cache.ts";
import { readPointer } from "./generation.ts";
import { rebuildDesiredState } from "./rebuild-desired-state.ts";
import { redisKeys } from "./redis-layout.ts";

const startMs = Date.UTC(2026, 5, 1);

async function openSigning() {
  const clock = { nowMs: startMs };
  const services = await createTestServices({ now: () => clock.nowMs });
  await serveDevelopmentTrust(services.env, startMs);
  const { id } = await createCluster(services);
  await createPackage(services, { agentName: "log-agent", version: "1.0.0" });
  const release = { clusterId: id, releaseId: 1, agentName: "log-agent", version: "1.0.0" };
  await createDesiredEntry(services, release);
  const change = (agentName: string) => createDesiredEntry(services, { ...release, agentName });
  return { services, clock, id, change };
}

const rebuild = (services: Services, id: string, options = {}) =>
  rebuildDesiredState(services, id, "me", options);
const rowOf = async (services: Services, id: string) =>
  (await services.db.select().from(clusters).where(eq(clusters.id, id)))[0]!;

async function follow(services: Services, id: string, cache: DesiredStateCache = new Map()) {
  const outcome = await followPointer(services, cache, id);
  return { outcome, memory: cache.get(id) };
}

/** As a machine does, from scratch. */
async function verify(services: Services, id: string, memory: ClusterMemory | undefined) {
  const { root } = await readOwnTrust(services);
  const floor = firstFloors(root!, id).director;
  const clock = { monotonicMs: 0, wallMs: services.now(), time: null };
  const { text } = memory!.signing.news!;
  return (await verifyFreshness(root!, text, id, floor, clock)).statement;
}

test("each rebuild signs that this is current; documents keep their sequence while nothing changes", async () => {
  const { services, clock, id, change } = await openSigning();
  await rebuild(services, id);
  const first = await verify(services, id, (await follow(services, id)).memory);
  expect(first).toMatchObject({ sequence: startMs / 1000, documentSequence: startMs / 1000 });
  clock.nowMs += 30_000;
  expect((await rebuild(services, id)).outcome).toBe("unchanged");
  const { memory } = await follow(services, id);
  const second = await verify(services, id, memory);
  expect(second.sequence).toBe(first.sequence + 30);
  expect(second.documentSequence).toBe(first.documentSequence);
  expect(second.compositionSha256).toBe(memory!.composition.digest);
  await change("monitor-agent");
  await rebuild(services, id);
  const third = await verify(services, id, (await follow(services, id)).memory);
  expect(third.sequence).toBeGreaterThan(second.sequence);
  expect(third.documentSequence).toBe(third.sequence);
});

test("masters share a young statement of the same contents instead of drawing another sequence", async () => {
  const { services, clock, id } = await openSigning();
  await rebuild(services, id);
  const { directorSequence } = await rowOf(services, id);
  clock.nowMs += 5_000;
  for (const holder of ["one", "two"]) await rebuildDesiredState(services, id, holder);
  expect((await rowOf(services, id)).directorSequence).toBe(directorSequence);
});

test("fault 38: a rebuilder whose lease was taken over while it slept signs nothing", async () => {
  const { services, id } = await openSigning();
  const { signDesiredState } = await import("./sign-desired-state.ts");
  const { composeDesiredState } = await import("./compose-desired-state.ts");
  const slept = (await takeLease(services.db, `rebuild:${id}`, "sleeper", 20_000))!;
  await releaseLease(services.db, slept);
  await rebuild(services, id);
  const before = await rowOf(services, id);
  const old = composeDesiredState(id, [], []);
  await expect(signDesiredState(services, slept, old, null)).rejects.toThrow("was not ours");
  expect(await rowOf(services, id)).toEqual(before);
});

test("fault 39: a Redis from an old snapshot leads nobody back, and is written anew", async () => {
  const { services, clock, id, change } = await openSigning();
  await rebuild(services, id);
  const old = (await services.redis.get(redisKeys.pointer(id)))!;
  clock.nowMs += 60_000;
  await change("monitor-agent");
  await rebuild(services, id);
  const cache: DesiredStateCache = new Map();
  const newest = (await follow(services, id, cache)).memory!;
  await services.redis.set(redisKeys.pointer(id), old);
  expect((await follow(services, id, cache)).outcome).toBe("current");
  expect(cache.get(id)).toBe(newest);
  expect(listDropped(id)).toMatchObject([{ reason: "older", times: 1 }]);
  clock.nowMs += 30_000;
  expect((await rebuild(services, id)).outcome).toBe("written");
  await follow(services, id, cache);
  const { sequence } = await verify(services, id, cache.get(id));
  expect(sequence).toBeGreaterThan(newest.signing.news!.sequence);
  expect(cache.get(id)!.generation).toBeGreaterThan(newest.generation);
});

type Damage = (services: Services, id: string) => Promise<unknown>;
const changePointer =
  (change: (pointer: Record<string, unknown>) => object): Damage =>
  async (services, id) => {
    const key = redisKeys.pointer(id);
    const pointer = JSON.parse((await services.redis.get(key))!);
    await services.redis.set(key, JSON.stringify({ ...pointer, ...change(pointer) }));
  };

/** Somebody with Redis only: a whole generation of their own, with an envelope by a key of their own. */
const forge: Damage = async (services, id) => {
  const other = await createTestServices({ now: services.now });
  await createCluster(other, { id });
  await rebuild(other, id);
  for (const key of await other.redis.keys(`ifrit:{${id}}:g1:*`))
    await services.redis.set(
      key.replace(":g1:", ":g7:"),
      (await other.redis.getBuffer(key)) as Buffer,
    );
  const { digest } = (await readPointer(other.redis, id))!;
  const statement = {
    ...({ schema: 1, clusterId: id, sequence: 2 ** 40, documentSequence: 2 ** 40 } as const),
    ...{ compositionSha256: digest, issuedAtMs: services.now(), expiresAtMs: services.now() + 1 },
  };
  const freshness = await signFreshness(statement, [await fixedSigner("thief")]);
  await changePointer(() => ({ digest, generation: 7, freshness }))(services, id);
};

test.each<[string, string, Damage]>([
  ["an unsigned pointer", "unsigned", changePointer(() => ({ freshness: null }))],
  ["contents that somebody without the key signed", "unsigned", forge],
  [
    "a genuine signature on another composition",
    "unsigned",
    changePointer(() => ({ digest: "e".repeat(64) })),
  ],
  [
    "a signature with another end",
    "unsigned",
    changePointer(({ freshness }) => ({
      freshness: String(freshness).slice(0, -9),
    })),
  ],
  [
    "a list in place of the pointer",
    "wrongType",
    (s, id) => s.redis.multi().del(redisKeys.pointer(id)).lpush(redisKeys.pointer(id), "x").exec(),
  ],
  [
    "a pointer of 64 MB",
    "tooLong",
    (s, id) => s.redis.setrange(redisKeys.pointer(id), 64 * 1024 * 1024, "x"),
  ],
  [
    "a document of 64 MB",
    "tooLong",
    (s, id) => s.redis.setrange(redisKeys.document(id, 1, "LINUX", 0), 64 * 1024 * 1024, "x"),
  ],
  [
    "a set in place of a document",
    "wrongType",
    (s, id) => {
      const key = redisKeys.document(id, 1, "LINUX", 0);
      return s.redis.multi().del(key).sadd(key, "x").exec();
    },
  ],
  [
    "an index with another machine's place",
    "unreadable",
    async (s, id) => {
      const slots = Buffer.alloc(16_384 * 2);
      await s.redis.set(redisKeys.slots(id, 1, "LINUX"), slots);
      const document = await s.redis.getBuffer(redisKeys.document(id, 1, "WINDOWS", 0));
      await s.redis.set(redisKeys.document(id, 1, "LINUX", 0), document as Buffer);
      const index = JSON.parse((await s.redis.get(redisKeys.index(id, 1)))!);
      index.types.LINUX = index.types.WINDOWS;
      await s.redis.set(redisKeys.index(id, 1), JSON.stringify(index));
    },
  ],
])("fault 40: %s is dropped, alerted and rebuilt", async (_, reason, damage) => {
  const { services, clock, id } = await openSigning();
  await rebuild(services, id);
  const genuine = (await follow(services, id)).memory!;
  await damage(services, id);
  const started = performance.now();
  const dropped = await follow(services, id);
  expect(dropped).toEqual({ outcome: "corrupt", memory: undefined });
  expect(performance.now() - started).toBeLessThan(1_500);
  expect(listDropped(id)).toMatchObject([{ reason, times: 1 }]);
  clock.nowMs += 1_000;
  expect((await rebuild(services, id, { rewrite: true })).outcome).toBe("written");
  const { outcome, memory } = await follow(services, id);
  expect(outcome).toBe("current");
  expect(memory!.composition.digest).toBe(genuine.composition.digest);
  expect((await verify(services, id, memory)).compositionSha256).toBe(genuine.composition.digest);
  const { generation } = memory!;
  expect(generation).toBeLessThan(100);
});

test("fault 40: what memory holds goes on being served while Redis is not to be believed", async () => {
  const { services, id } = await openSigning();
  await rebuild(services, id);
  const cache: DesiredStateCache = new Map();
  const { memory } = await follow(services, id, cache);
  await changePointer(() => ({ freshness: null, generation: 9, revision: 99 }))(services, id);
  expect((await follow(services, id, cache)).outcome).toBe("corrupt");
  expect(cache.get(id)).toBe(memory);
});

/** MySQL as it was at some time before. */
async function restoreBackup(
  services: Services,
  id: string,
  backup: Awaited<ReturnType<typeof rowOf>>,
) {
  await services.db.update(clusters).set(backup).where(eq(clusters.id, id));
  await services.db.delete(desiredEntries).where(eq(desiredEntries.agentName, "monitor-agent"));
}

test("fault 45: after an older backup of MySQL nothing is signed lower, by what Redis proves", async () => {
  const { services, clock, id, change } = await openSigning();
  await rebuild(services, id);
  const backup = await rowOf(services, id);
  clock.nowMs += 30_000;
  await change("monitor-agent");
  await rebuild(services, id);
  const seen = await verify(services, id, (await follow(services, id)).memory);
  await restoreBackup(services, id, backup);
  // The worst case: the clock stands still, so that only what Redis holds can tell.
  clock.nowMs = startMs;
  await rebuild(services, id);
  const { memory } = await follow(services, id);
  const after = await verify(services, id, memory);
  expect(after.sequence).toBeGreaterThan(seen.sequence);
  // The contents of the backup are other documents than the machines have: they need a number of their own.
  expect(after.documentSequence).toBe(after.sequence);
  expect(memory!.generation).toBeGreaterThan(2);
});

test("fault 45: with Redis lost as well, machines' reports and the clock keep sequences from sinking", async () => {
  const { services, clock, id, change } = await openSigning();
  await rebuild(services, id);
  const backup = await rowOf(services, id);
  clock.nowMs += 3_600_000;
  await change("monitor-agent");
  await rebuild(services, id);
  const seen = await verify(services, id, (await follow(services, id)).memory);
  await services.redis.flushdb();
  await restoreBackup(services, id, backup);
  clock.nowMs += 30_000;
  await rebuild(services, id);
  const byClock = await verify(services, id, (await follow(services, id)).memory);
  expect(byClock.sequence).toBeGreaterThan(seen.sequence);
  expect(byClock.documentSequence).toBe(byClock.sequence);

  await services.redis.flushdb();
  await restoreBackup(services, id, backup);
  clock.nowMs = startMs + 1_000;
  await createMachine(services, id, { trustSequence: byClock.sequence });
  // A machine's word counts within bounds only: nobody pushes sequences to their end by lying.
  await createMachine(services, id, { trustSequence: 2 ** 47 });
  await rebuild(services, id);
  const byReport = await verify(services, id, (await follow(services, id)).memory);
  expect(byReport.sequence).toBe(byClock.sequence + 1);
  expect(byReport.documentSequence).toBe(byReport.sequence);
});

test("a sequence beyond all measure is not signed: the master says so and hands out nothing", async () => {
  const { services, id } = await openSigning();
  const { director } = await readOwnTrust(services, { newest: true });
  const stolen = { directorSequence: 2 ** 47, directorKeyId: director!.keyId };
  await services.db.update(clusters).set(stolen).where(eq(clusters.id, id));
  const result = await rebuild(services, id);
  expect(result).toMatchObject({ built: { signing: { standing: "signs", news: null } } });
  // A key that the root does not know any more cannot have set it.
  const other = { directorKeyId: "f".repeat(64) };
  await services.db.update(clusters).set(other).where(eq(clusters.id, id));
  await rebuild(services, id);
  const { sequence } = await verify(services, id, (await follow(services, id)).memory);
  expect(sequence).toBe(startMs / 1000);
});

test("a master whose key the root does not name signs nothing, and passes on what another one signed", async () => {
  const { services, clock, id, change } = await openSigning();
  await rebuild(services, id);
  const signed = await follow(services, id);
  const elsewhere = await createTestServices({ now: services.now });
  const twin: Services = { ...services, env: elsewhere.env };
  await loadDirectorKey({ dataDir: twin.env.IFRIT_DATA_DIR });
  const name = "1.root.json";
  const folder = trustFolder(twin.env);
  const { mkdir } = await import("node:fs/promises");
  await mkdir(folder, { recursive: true });
  await copyFile(join(trustFolder(services.env), name), join(folder, name));
  const passed = await follow(twin, id);
  expect(passed.memory!.signing).toMatchObject({
    standing: "keyNotNamed",
    news: { text: signed.memory!.signing.news!.text },
  });
  clock.nowMs += 30_000;
  await change("monitor-agent");
  const { built } = (await rebuild(twin, id)) as Extract<
    Awaited<ReturnType<typeof rebuild>>,
    { built: object }
  >;
  expect(built.signing).toMatchObject({ standing: "keyNotNamed", news: null });
  // The one that may speak sees an unsigned pointer, and signs the new contents.
  expect((await follow(services, id)).outcome).toBe("corrupt");
  await rebuild(services, id, { rewrite: true });
  expect((await follow(twin, id)).memory!.signing.news?.keyId).toBe(
    signed.memory!.signing.news!.keyId,
  );
});

test("a new root that is broken changes nothing; without a root nothing is signed", async () => {
  const { services, clock, id } = await openSigning();
  await rebuild(services, id);
  await writeFile(join(trustFolder(services.env), "2.root.json"), "{}");
  clock.nowMs += 30_000;
  await rebuild(services, id);
  const { memory } = await follow(services, id);
  expect(memory!.newsHeaders.slice(2)).toEqual(["ifrit-root", "1"]);
  const plain = await createTestServices();
  const { id: other } = await createCluster(plain);
  await plain.db.transaction((tx) => bumpDesiredRevision(tx, other));
  await rebuild(plain, other);
  expect((await follow(plain, other)).memory!.newsHeaders).toEqual([]);
});
