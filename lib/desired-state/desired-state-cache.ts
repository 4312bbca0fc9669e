import { header } from "../contract/headers.ts";
import type { MachineType } from "../contract/machine-type.ts";
import type { Services } from "../platform/services.ts";
import { type ClusterSigning, clusterSigning } from "../signing/cluster-signing.ts";
import { listDropped, noteDropped } from "../signing/dropped-values.ts";
import { readOwnTrust } from "../signing/own-trust.ts";
import type { Composition } from "./compose-desired-state.ts";
import { CorruptGenerationError, readGeneration } from "./generation.ts";
import { alertDropped, type HeldPointer, readHeldPointer } from "./read-held-pointer.ts";
import type { BuiltState } from "./rebuild-desired-state.ts";

/** One cluster's composed documents as this process serves them. */
export type ClusterMemory = {
  composition: Composition;
  generation: number;
  revision: number;
  changingTypes: ReadonlySet<MachineType>;
  /** When this process last took over other contents: machines are likely to change soon after. */
  changedAtMs: number;
  signing: ClusterSigning;
  /** Names and values that each answer carries; the same list for as long as they stay the same. */
  newsHeaders: readonly string[];
};

/** By cluster id. Plain data: the fast lane and Next's bundles share it across module copies. */
export type DesiredStateCache = Map<string, ClusterMemory>;

/** Takes contents over, unless the process has newer ones. An answer from the past changes nothing. */
export function adopt(cache: DesiredStateCache, built: BuiltState, nowMs: number): boolean {
  const { clusterId, digest } = built.composition;
  const held = cache.get(clusterId);
  if (held && (isOlder(built, held) || wouldUnsign(built, held))) return false;
  const same = held?.composition.digest === digest;
  const newsHeaders = writeNewsHeaders(built.signing);
  cache.set(clusterId, {
    // The same documents keep their identity, so that what is memoised per document stays.
    composition: same ? held.composition : built.composition,
    generation: built.generation,
    revision: built.revision,
    changingTypes: new Set(built.changingTypes),
    changedAtMs: same ? held.changedAtMs : nowMs,
    signing: built.signing,
    newsHeaders:
      String(held?.newsHeaders) === String(newsHeaders) ? held!.newsHeaders : newsHeaders,
  });
  return !same;
}

/** Where a master signs, machines are told nothing until it has: they would take it for an attack. */
export function awaitsSignature({ signing }: Pick<ClusterMemory, "signing">): boolean {
  return signing.standing === "signs" && signing.news === null;
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
    const trust = await readOwnTrust(services);
    const memory = cache.get(clusterId);
    const known = memory?.signing.news ?? null;
    const held = await readHeldPointer(services, trust, clusterId, known);
    if (!held) return "missing";
    const { pointer } = held;
    const signing = clusterSigning(trust, clusterId, held.news);
    if (memory && isOlder({ ...pointer, signing }, memory)) {
      noteOlder(services, clusterId, held, memory);
      return "current";
    }
    const composition =
      memory?.composition.digest === pointer.digest
        ? memory.composition
        : await readGeneration(services.redis, clusterId, pointer);
    adopt(cache, { composition, signing, ...pointer }, services.now());
    return "current";
  } catch (error) {
    if (!(error instanceof CorruptGenerationError)) throw error;
    alertDropped(services, clusterId, error);
    return "corrupt";
  }
}

type Age = Pick<ClusterMemory, "generation" | "revision" | "signing">;

/** What is signed is as new as its sequence; among the same, and without signatures, the numbers count. */
function isOlder(candidate: Age, held: Age): boolean {
  const [one, other] = [candidate.signing.news, held.signing.news];
  if (one && other && one.sequence !== other.sequence) return one.sequence < other.sequence;
  return (
    candidate.generation < held.generation ||
    (candidate.generation === held.generation && candidate.revision < held.revision)
  );
}

/** Composed in haste, without the lease that signing needs: what is signed goes on being served. */
function wouldUnsign(built: BuiltState, held: ClusterMemory): boolean {
  return awaitsSignature(built) && held.signing.news !== null;
}

const olderNotedEveryMs = 30_000;

/** The next rebuild replaces it; until then it is seen every second, and said less often. */
function noteOlder(
  services: Services,
  clusterId: string,
  { pointer }: HeldPointer,
  memory: ClusterMemory,
): void {
  if (pointer.generation >= memory.generation) return;
  const noted = listDropped(clusterId).find(({ reason }) => reason === "older");
  if (noted && services.now() - noted.lastAtMs < olderNotedEveryMs) return;
  noteDropped(clusterId, "older", services.now());
  services.log.warn(
    { clusterId, generation: pointer.generation, serving: memory.generation },
    "desired state in Redis is older than what is served; ignored",
  );
}

function writeNewsHeaders({ news, rootVersion }: ClusterSigning): readonly string[] {
  return [
    ...(news ? [header.freshness, news.text] : []),
    ...(rootVersion === null ? [] : [header.root, String(rootVersion)]),
  ];
}
