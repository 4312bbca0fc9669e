import { and, eq } from "drizzle-orm";
import type { ResultSetHeader } from "mysql2/promise";
import { clusters } from "../../drizzle/schema/clusters.ts";
import { newestSequenceSeen } from "../machines/count-trust.ts";
import { holdsLease, type Lease, LeaseLostError } from "../platform/lease.ts";
import type { Services } from "../platform/services.ts";
import { type ClusterSigning, clusterSigning, isNamed } from "../signing/cluster-signing.ts";
import { nextDirectorSequence } from "../signing/director-sequence.ts";
import { type OwnTrust, readOwnTrust } from "../signing/own-trust.ts";
import { type News, readNews } from "../signing/read-news.ts";
import { signFreshness } from "../signing/sign-director.ts";
import type { Composition } from "./compose-desired-state.ts";

/** How long old news can be passed off as new. Past it, machines change nothing until they hear newer ones. */
export const freshnessLifetimeMs = 60 * 60_000;
/** A gap between what was drawn last and now that ordinary rebuilds do not leave, but a restored database does. */
const ordinaryGaps = 4;
/** Machines' word on sequences counts this far ahead of the clock: it is not signed. */
const aheadOfClockSeconds = 7 * 86_400;

type Stored = Pick<
  typeof clusters.$inferSelect,
  "directorSequence" | "directorKeyId" | "documentSequence" | "signedDigest" | "freshness"
>;

/**
 * Signs that this composition is current now. The sequence is drawn in MySQL first, under the lease's
 * fence and only if nobody drew meanwhile, so that a process that slept signs nothing. A statement that
 * another master has just made of the same composition is shared instead.
 * @param proven the statement that Redis holds, if it is genuine: MySQL may remember less
 * @throws LeaseLostError
 */
export async function signDesiredState(
  services: Services,
  lease: Lease,
  composition: Composition,
  proven: News | null,
): Promise<ClusterSigning> {
  const { clusterId } = composition;
  const trust = await readOwnTrust(services, { newest: true });
  const none = clusterSigning(trust, clusterId, null);
  if (none.standing !== "signs") return { ...none, ...passedOn(trust, composition, proven) };
  const stored = await readStored(services, clusterId);
  if (!stored) return none;
  const nowMs = services.now();
  const fleetFloor = Math.max(
    proven?.sequence ?? 0,
    await newestSequenceSeen(
      services.db,
      clusterId,
      Math.floor(nowMs / 1000) + aheadOfClockSeconds,
    ),
  );
  const shared = await readShared(services, trust, composition, stored);
  if (shared && shared.sequence >= fleetFloor) return { ...none, news: shared };
  const drawn = draw(services, trust, composition, stored, fleetFloor);
  if (!drawn) return none;
  await store(services, lease, clusterId, stored, drawn);
  const news = await sign(trust, composition, drawn, nowMs);
  await services.db
    .update(clusters)
    .set({ freshness: news.text })
    .where(and(eq(clusters.id, clusterId), eq(clusters.directorSequence, drawn.directorSequence)));
  return { ...none, news };
}

/**
 * What may be said of a composition without drawing a sequence: the statement in MySQL, if it is of
 * just this composition.
 */
export async function storedSigning(
  services: Services,
  composition: Composition,
): Promise<ClusterSigning> {
  const { clusterId } = composition;
  const trust = await readOwnTrust(services);
  const stored = await readStored(services, clusterId);
  const news = stored && (await readStoredNews(trust, composition, stored));
  return clusterSigning(trust, clusterId, news);
}

/** A master whose own key the root does not name passes on what another one signed. */
function passedOn(trust: OwnTrust, { clusterId, digest }: Composition, proven: News | null) {
  const fits = proven?.compositionSha256 === digest && isNamed(trust, clusterId, proven.keyId);
  return { news: fits ? proven : null };
}

type Drawn = Omit<Stored, "freshness">;

/**
 * Documents keep their sequence while nothing changes: their signatures are then the very same, and
 * machines need not ask for them again. Not where MySQL may come from a backup: what it calls current
 * may be older than what machines have.
 */
function draw(
  services: Services,
  { root, director }: OwnTrust,
  { clusterId, digest }: Composition,
  stored: Stored,
  fleetFloor: number,
): Drawn | null {
  const nowMs = services.now();
  const counts = isNamed({ root }, clusterId, stored.directorKeyId);
  const before = counts ? stored.directorSequence : 0;
  try {
    const directorSequence = nextDirectorSequence({ stored: before, fleetFloor, nowMs });
    const gapSeconds = ordinaryGaps * services.env.IFRIT_REBUILD_SECONDS + 30;
    const remembers = before >= fleetFloor && directorSequence - before <= gapSeconds && counts;
    const same = remembers && stored.signedDigest === digest && stored.documentSequence > 0;
    return {
      directorSequence,
      directorKeyId: director!.keyId,
      documentSequence: same ? stored.documentSequence : directorSequence,
      signedDigest: digest,
    };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    services.log.error({ err: error.message, clusterId }, "signing: no sequence can be drawn");
    return null;
  }
}

async function store(
  services: Services,
  lease: Lease,
  clusterId: string,
  stored: Stored,
  drawn: Drawn,
): Promise<void> {
  const [result] = await services.db
    .update(clusters)
    .set(drawn)
    .where(
      and(
        eq(clusters.id, clusterId),
        eq(clusters.directorSequence, stored.directorSequence),
        holdsLease(lease),
      ),
    );
  if ((result as ResultSetHeader).affectedRows !== 1)
    throw new LeaseLostError(`sequence ${drawn.directorSequence} of ${clusterId} was not ours`);
}

async function sign(
  { director }: OwnTrust,
  { clusterId, digest }: Composition,
  drawn: Drawn,
  nowMs: number,
): Promise<News> {
  const statement = {
    sequence: drawn.directorSequence,
    documentSequence: drawn.documentSequence,
    compositionSha256: digest,
    issuedAtMs: nowMs,
    expiresAtMs: nowMs + freshnessLifetimeMs,
  };
  const text = await signFreshness({ schema: 1, clusterId, ...statement }, [director!]);
  return { text, ...statement, keyId: director!.keyId };
}

/** Young enough that the next rebuild comes well before anybody misses a newer one. */
async function readShared(
  services: Services,
  trust: OwnTrust,
  composition: Composition,
  stored: Stored,
): Promise<News | null> {
  const news = await readStoredNews(trust, composition, stored);
  const ageMs = news ? services.now() - news.issuedAtMs : 0;
  const young = ageMs >= 0 && ageMs < (services.env.IFRIT_REBUILD_SECONDS * 1000) / 2;
  return news && young && news.sequence === stored.directorSequence ? news : null;
}

async function readStoredNews(
  trust: OwnTrust,
  { clusterId, digest }: Composition,
  { freshness }: Stored,
): Promise<News | null> {
  if (freshness === "") return null;
  const news = await readNews(trust, clusterId, freshness).catch(() => null);
  const fits = news?.compositionSha256 === digest && isNamed(trust, clusterId, news.keyId);
  return fits ? news : null;
}

async function readStored(services: Services, clusterId: string): Promise<Stored | null> {
  const { directorSequence, directorKeyId, documentSequence, signedDigest, freshness } = clusters;
  const [row] = await services.db
    .select({ directorSequence, directorKeyId, documentSequence, signedDigest, freshness })
    .from(clusters)
    .where(eq(clusters.id, clusterId));
  return row ?? null;
}
