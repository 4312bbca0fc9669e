import { and, eq } from "drizzle-orm";
import { clusterOrders } from "../../drizzle/schema/cluster-orders.ts";
import { remoteFacts } from "../../drizzle/schema/remote-facts.ts";
import type { FailureGroup } from "../contract/console-views.ts";
import type { MasterFactsAnswer } from "../contract/master-api.ts";
import type { Database } from "../platform/database.ts";
import type { ClusterFacts } from "../releases/engine/facts.ts";

/** A stage index that no cluster has: the engine trusts no facts of a master that is elsewhere. */
const elsewhere = -2;

type Reader = Pick<Database, "select">;

/** What the master said last, if it had carried out the newest order then. */
export async function readStoredFacts(
  db: Reader,
  releaseId: number,
  clusterId: string,
): Promise<ClusterFacts | undefined> {
  const row = await readRow(db, releaseId, clusterId);
  if (!row) return undefined;
  const { facts, appliedRevision } = row.stored;
  const isCurrent = appliedRevision === row.orderedRevision;
  return isCurrent ? facts : { ...facts, masterStageIndex: elsewhere };
}

export async function readStoredFailures(
  db: Reader,
  releaseId: number,
  clusterId: string,
): Promise<FailureGroup[]> {
  return (await readRow(db, releaseId, clusterId))?.stored.failures ?? [];
}

async function readRow(db: Reader, releaseId: number, clusterId: string) {
  const [row] = await db
    .select({ stored: remoteFacts, orderedRevision: clusterOrders.revision })
    .from(remoteFacts)
    .leftJoin(
      clusterOrders,
      and(
        eq(clusterOrders.releaseId, remoteFacts.releaseId),
        eq(clusterOrders.clusterId, remoteFacts.clusterId),
      ),
    )
    .where(and(eq(remoteFacts.releaseId, releaseId), eq(remoteFacts.clusterId, clusterId)));
  return row ?? null;
}

/**
 * Keeps an answer, its times brought to our clock. The evidence is taken to be as old as it would be
 * had the master answered at once: it never looks younger than it is.
 */
export async function storeFacts(
  db: Pick<Database, "insert">,
  key: { releaseId: number; clusterId: string },
  answer: MasterFactsAnswer,
  askedAtMs: number,
): Promise<void> {
  const shiftMs = askedAtMs - answer.nowMs;
  const { facts, failures, appliedRevision } = answer;
  const { freezeEndedAtMs, returnUntilMs } = facts;
  const values = {
    ...{ appliedRevision, failures, readAtMs: askedAtMs },
    facts: {
      ...facts,
      factsAtMs: Math.max(0, facts.factsAtMs + shiftMs),
      ...(returnUntilMs === undefined ? {} : { returnUntilMs: returnUntilMs + shiftMs }),
      freezeEndedAtMs: freezeEndedAtMs === null ? null : Math.max(0, freezeEndedAtMs + shiftMs),
    },
  };
  await db
    .insert(remoteFacts)
    .values({ ...key, ...values })
    .onDuplicateKeyUpdate({ set: values });
}
