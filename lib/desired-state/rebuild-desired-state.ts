import { and, eq, sql } from "drizzle-orm";
import type { ResultSetHeader } from "mysql2/promise";
import { clusters } from "../../drizzle/schema/clusters.ts";
import {
  holdsLease,
  type Lease,
  LeaseLostError,
  releaseLease,
  takeLease,
} from "../platform/lease.ts";
import type { Services } from "../platform/services.ts";
import { type ClusterSigning, unsignedCluster } from "../signing/cluster-signing.ts";
import { readOwnTrust } from "../signing/own-trust.ts";
import { type Composition, composeDesiredState } from "./compose-desired-state.ts";
import {
  CorruptGenerationError,
  flipPointer,
  generationIsWhole,
  generationsAheadMax,
  type Pointer,
  retireGeneration,
  writeGeneration,
} from "./generation.ts";
import { type DesiredInputs, readDesiredInputs } from "./read-desired-inputs.ts";
import { alertDropped, type HeldPointer, readHeldPointer } from "./read-held-pointer.ts";
import { redisChannels, redisKeys } from "./redis-layout.ts";
import { signDesiredState, storedSigning } from "./sign-desired-state.ts";

const leaseMs = 20_000;

/** What a rebuild knows in the end, fit to be served from memory. */
export type BuiltState = {
  composition: Composition;
  generation: number;
  revision: number;
  changingTypes: DesiredInputs["changingTypes"];
  signing: ClusterSigning;
};

export type RebuildResult =
  /** Somebody else is at it. */
  | { outcome: "leaseHeld" }
  /**
   * written: a new generation counts. unchanged: Redis had it already. redisDown: composed, for this
   * process's memory only.
   */
  | { outcome: "written" | "unchanged" | "redisDown"; built: BuiltState };

/**
 * The only writer of the desired state in Redis: MySQL → compose → new generation → pointer. Safe to
 * call at any time and from any number of processes: a lease lets one work, and its fence stands in
 * the WHERE of every write. `rewrite`: what Redis holds is known to be broken, though it looks whole.
 */
export async function rebuildDesiredState(
  services: Services,
  clusterId: string,
  holder: string,
  options: { rewrite?: boolean } = {},
): Promise<RebuildResult> {
  const lease = await takeLease(services.db, `rebuild:${clusterId}`, holder, leaseMs);
  if (!lease) return { outcome: "leaseHeld" };
  try {
    return await rebuildUnderLease(services, clusterId, lease, options);
  } finally {
    await releaseLease(services.db, lease).catch((error) =>
      services.log.warn({ err: String(error), clusterId }, "rebuild lease not given back"),
    );
  }
}

/**
 * Composes from MySQL without touching Redis or the lease: what a process serves while Redis is away. It
 * is signed only if a master has signed just this before.
 */
export async function composeFromDatabase(
  services: Services,
  clusterId: string,
): Promise<BuiltState> {
  const built = await compose(services, clusterId);
  return { ...built, signing: await storedSigning(services, built.composition) };
}

async function compose(services: Services, clusterId: string): Promise<BuiltState> {
  const inputs = await readDesiredInputs(services, clusterId);
  const composition = composeDesiredState(clusterId, inputs.entries, inputs.packages);
  const { generation, revision, changingTypes } = inputs;
  return { composition, generation, revision, changingTypes, signing: unsignedCluster };
}

async function rebuildUnderLease(
  services: Services,
  clusterId: string,
  lease: Lease,
  options: { rewrite?: boolean },
): Promise<RebuildResult> {
  const built = await compose(services, clusterId);
  let held: HeldPointer | null;
  try {
    held = await readPointerOrDrop(services, clusterId, built.generation);
  } catch (error) {
    built.signing = await signDesiredState(services, lease, built.composition, null);
    return withoutRedis(services, clusterId, built, error);
  }
  built.signing = await signDesiredState(services, lease, built.composition, held?.news ?? null);
  let outcome: "written" | "unchanged";
  try {
    const intact = held && !options.rewrite && (await isIntact(services, built, held.pointer));
    outcome = intact ? "unchanged" : "written";
    if (held && intact) {
      built.generation = held.pointer.generation;
      await refreshPointer(services, clusterId, held.pointer, built);
    }
  } catch (error) {
    return withoutRedis(services, clusterId, built, error);
  }
  if (outcome === "written") {
    const replaced = held?.pointer ?? null;
    built.generation = await claimGeneration(services, clusterId, lease, built, replaced);
    try {
      await publish(services, built, replaced);
    } catch (error) {
      return withoutRedis(services, clusterId, built, error);
    }
  }
  await markBuilt(services, clusterId, lease, built.revision);
  return { outcome, built };
}

async function isIntact(
  services: Services,
  { composition, generation }: BuiltState,
  held: Pointer,
): Promise<boolean> {
  return (
    held.digest === composition.digest &&
    held.generation >= generation &&
    (await generationIsWhole(services.redis, composition, held.generation))
  );
}

/** Same contents, signed anew, and perhaps another revision, or a release that began or ended. */
async function refreshPointer(
  services: Services,
  clusterId: string,
  held: Pointer,
  { revision, changingTypes, signing }: BuiltState,
): Promise<void> {
  const freshness = signing.news?.text ?? held.freshness;
  const same = held.revision === revision && held.freshness === freshness;
  if (same && String(held.changingTypes) === String(changingTypes)) return;
  await flipPointer(services.redis, clusterId, { ...held, revision, changingTypes, freshness });
  await services.redis.publish(redisChannels.pointer, clusterId);
}

function withoutRedis(
  services: Services,
  clusterId: string,
  built: BuiltState,
  error: unknown,
): RebuildResult {
  services.log.warn({ err: String(error), clusterId }, "desired state not written to Redis");
  return { outcome: "redisDown", built };
}

/** A pointer that is not to be believed is removed, and its number does not count either. */
async function readPointerOrDrop(
  services: Services,
  clusterId: string,
  generation: number,
): Promise<HeldPointer | null> {
  try {
    const held = await readHeldPointer(services, await readOwnTrust(services), clusterId);
    if (held && held.pointer.generation > generation + generationsAheadMax)
      throw new CorruptGenerationError("the pointer's generation is beyond all measure");
    return held;
  } catch (error) {
    if (!(error instanceof CorruptGenerationError)) throw error;
    alertDropped(services, clusterId, error);
    await services.redis.del(redisKeys.pointer(clusterId));
    return null;
  }
}

/** Numbers only grow, also past what an older backup of MySQL remembers. */
async function claimGeneration(
  services: Services,
  clusterId: string,
  lease: Lease,
  built: BuiltState,
  held: Pointer | null,
): Promise<number> {
  const generation = Math.max(built.generation, held?.generation ?? 0) + 1;
  const [result] = await services.db
    .update(clusters)
    .set({ generation })
    .where(
      and(eq(clusters.id, clusterId), eq(clusters.generation, built.generation), holdsLease(lease)),
    );
  if ((result as ResultSetHeader).affectedRows !== 1)
    throw new LeaseLostError(`generation ${generation} of ${clusterId} was not ours to claim`);
  return generation;
}

async function publish(
  services: Services,
  built: BuiltState,
  replaced: Pointer | null,
): Promise<void> {
  const { redis } = services;
  const { composition, generation, revision, changingTypes, signing } = built;
  const { clusterId, digest } = composition;
  await writeGeneration(redis, composition, generation);
  const pointer: Pointer = {
    generation,
    revision,
    digest,
    builtAtMs: services.now(),
    changingTypes,
    freshness: signing.news?.text ?? null,
  };
  await flipPointer(redis, clusterId, pointer);
  await redis.sadd(redisKeys.clusters, clusterId);
  await redis.publish(redisChannels.pointer, clusterId);
  if (replaced) await retireGeneration(redis, clusterId, replaced.generation);
}

async function markBuilt(
  services: Services,
  clusterId: string,
  lease: Lease,
  revision: number,
): Promise<void> {
  await services.db
    .update(clusters)
    .set({
      builtRevision: sql`GREATEST(${clusters.builtRevision}, ${revision})`,
      builtAtMs: services.now(),
    })
    .where(and(eq(clusters.id, clusterId), holdsLease(lease)));
}
