import { TrustError } from "../contract/verify-refusal.ts";
import type { Services } from "../platform/services.ts";
import { directorStanding } from "../signing/director-standing.ts";
import { noteDropped } from "../signing/dropped-values.ts";
import type { OwnTrust } from "../signing/own-trust.ts";
import { type News, readNews } from "../signing/read-news.ts";
import { CorruptGenerationError, type Pointer, readPointer } from "./generation.ts";

/** A pointer, and the statement on it if it is genuine. */
export type HeldPointer = { pointer: Pointer; news: News | null };

/**
 * The pointer of a cluster, after a look at its signature. A master that signs takes none that is not
 * signed for just this composition: whoever can write to Redis does not direct machines.
 * @param known the statement that was verified last: it need not be verified again
 * @throws CorruptGenerationError · Redis's errors
 */
export async function readHeldPointer(
  services: Pick<Services, "redis">,
  trust: OwnTrust,
  clusterId: string,
  known: News | null = null,
): Promise<HeldPointer | null> {
  const pointer = await readPointer(services.redis, clusterId);
  if (!pointer) return null;
  const { freshness, digest } = pointer;
  const signs = directorStanding(trust, clusterId) === "signs";
  if (freshness === null || trust.root === null) {
    if (signs) throw new CorruptGenerationError("the pointer is not signed", "unsigned");
    return { pointer, news: null };
  }
  try {
    const news = known?.text === freshness ? known : await readNews(trust, clusterId, freshness);
    if (news.compositionSha256 !== digest)
      throw new TrustError("mix_and_match", "the pointer is signed for another composition");
    return { pointer, news };
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    if (!signs) return { pointer, news: null };
    throw new CorruptGenerationError(`the pointer's signature: ${error.message}`, "unsigned", {
      cause: error,
    });
  }
}

/** For a person to look at: somebody or something else than a master writes into this Redis. */
export function alertDropped(
  services: Pick<Services, "log" | "now">,
  clusterId: string,
  { message, reason }: CorruptGenerationError,
): void {
  noteDropped(clusterId, reason, services.now());
  services.log.error(
    { err: message, reason, clusterId },
    "desired state in Redis is not to be believed; it is dropped and rebuilt",
  );
}
