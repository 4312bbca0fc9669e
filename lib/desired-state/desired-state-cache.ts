import type { MachineType } from "../contract/machine-type.ts";
import type { Services } from "../platform/services.ts";
import type { Composition } from "./compose-desired-state.ts";
import { CorruptGenerationError, type Pointer, readGeneration, readPointer } from "./generation.ts";
import type { BuiltState } from "./rebuild-desired-state.ts";

/** One cluster's composed documents as this process serves them. */
export type ClusterMemory = {
  composition: Composition;
  generation: number;
  revision: number;
  changingTypes: ReadonlySet<MachineType>;
  /** When this process last took over other contents: machines are likely to change soon after. */
  changedAtMs: number;
};

/** By cluster id. Plain data: the fast lane and Next's bundles share it across module copies. */
export type DesiredStateCache = Map<string, ClusterMemory>;

/** Takes contents over, unless the process has newer ones. An answer from the past changes nothing. */
export function adopt(cache: DesiredStateCache, built: BuiltState, nowMs: number): boolean {
  const { clusterId, digest } = built.composition;
  const held = cache.get(clusterId);
  if (held && isOlder(built, held)) return false;
  const same = held?.composition.digest === digest;
  cache.set(clusterId, {
    // The same documents keep their identity, so that what is memoised per document stays.
    composition: same ? held.composition : built.composition,
    generation: built.generation,
    revision: built.revision,
    changingTypes: new Set(built.changingTypes),
    changedAtMs: same ? held.changedAtMs : nowMs,
  });
  return !same;
}

/**
 * current: memory is as new as the pointer. missing: Redis has nothing. corrupt: what it has is not
 * usable and must be written anew.
 */
export type FollowOutcome = "current" | "missing" | "corrupt";

/** Follows the pointer of a cluster. Throws only when Redis cannot be reached. */
export async function followPointer(
  services: Services,
  cache: DesiredStateCache,
  clusterId: string,
): Promise<FollowOutcome> {
  try {
    const pointer = await readPointer(services.redis, clusterId);
    if (!pointer) return "missing";
    const held = cache.get(clusterId);
    if (held && isOlder(pointer, held)) return "current";
    const composition =
      held?.composition.digest === pointer.digest
        ? held.composition
        : await readGeneration(services.redis, clusterId, pointer);
    adopt(cache, { composition, ...pointer }, services.now());
    return "current";
  } catch (error) {
    if (!(error instanceof CorruptGenerationError)) throw error;
    services.log.error({ err: error.message, clusterId }, "desired state in Redis is not usable");
    return "corrupt";
  }
}

function isOlder(
  candidate: Pick<Pointer, "generation" | "revision">,
  held: Pick<ClusterMemory, "generation" | "revision">,
): boolean {
  return (
    candidate.generation < held.generation ||
    (candidate.generation === held.generation && candidate.revision < held.revision)
  );
}
