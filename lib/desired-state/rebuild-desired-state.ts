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
import { type Composition, composeDesiredState } from "./compose-desired-state.ts";
import {
  CorruptGenerationError,
  flipPointer,
  generationIsWhole,
  type Pointer,
  readPointer,
  retireGeneration,
  writeGeneration,
} from "./generation.ts";
import { type DesiredInputs, readDesiredInputs } from "./read-desired-inputs.ts";
import { redisChannels, redisKeys } from "./redis-layout.ts";

const leaseMs = 20_000;

/** What a rebuild knows in the end, fit to be served from memory. */
export type BuiltState = {
  composition: Composition;
  generation: number;
  revision: number;
  changingTypes: DesiredInputs["changingTypes"];
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

/** Composes from MySQL without touching Redis or the lease: what a process serves while Redis is away. */
export async function composeFromDatabase(
  services: Services,
  clusterId: string,
): Promise<BuiltState> {
  const inputs = await readDesiredInputs(services, clusterId);
  const composition = composeDesiredState(clusterId, inputs.entries, inputs.packages);
  return { composition, ...inputs };
}

async function rebuildUnderLease(
  services: Services,
  clusterId: string,
  lease: Lease,
  options: { rewrite?: boolean },
): Promise<RebuildResult> {
  const built = await composeFromDatabase(services, clusterId);
  let held: Pointer | null;
  let outcome: "written" | "unchanged";
  try {
    held = await readPointerOrDrop(services, clusterId);
    const intact =
      !options.rewrite &&
      held?.digest === built.composition.digest &&
      held.generation >= built.generation &&
      (await generationIsWhole(services.redis, built.composition, held.generation));
    outcome = intact ? "unchanged" : "written";
    if (held && intact) {
      built.generation = held.generation;
      await refreshPointer(services, clusterId, held, built);
    }
  } catch (error) {
    return withoutRedis(services, clusterId, built, error);
  }
  if (outcome === "written") {
    built.generation = await claimGeneration(services, clusterId, lease, built, held);
    try {
      await publish(services, built, held);
    } catch (error) {
      return withoutRedis(services, clusterId, built, error);
    }
  }
  await markBuilt(services, clusterId, lease, built.revision);
  return { outcome, built };
}

/** Same contents, but perhaps another revision, or a release that began or ended. */
async function refreshPointer(
  services: Services,
  clusterId: string,
  held: Pointer,
  { revision, changingTypes }: BuiltState,
): Promise<void> {
  if (held.revision === revision && String(held.changingTypes) === String(changingTypes)) return;
  await flipPointer(services.redis, clusterId, { ...held, revision, changingTypes });
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

async function readPointerOrDrop(services: Services, clusterId: string): Promise<Pointer | null> {
  try {
    return await readPointer(services.redis, clusterId);
  } catch (error) {
    if (!(error instanceof CorruptGenerationError)) throw error;
    services.log.error({ err: error.message, clusterId }, "pointer dropped; rebuilding");
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
  const { composition, generation, revision, changingTypes } = built;
  const { clusterId, digest } = composition;
  await writeGeneration(redis, composition, generation);
  const pointer: Pointer = {
    generation,
    revision,
    digest,
    builtAtMs: services.now(),
    changingTypes,
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
