import { and, asc, eq, max } from "drizzle-orm";
import { releaseClusters } from "../../drizzle/schema/release-clusters.ts";
import { releaseEvents } from "../../drizzle/schema/release-events.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import type { ClusterPlan } from "../contract/release-plan.ts";
import type { ReleaseEventKind } from "../contract/release-vocabulary.ts";
import type { Database, Transaction } from "../platform/database.ts";
import { ProblemError } from "../platform/problem-error.ts";
import { hasEntries, type VerbSubject } from "./release-verbs.ts";

export type ReleaseRow = typeof releases.$inferSelect;
export type ReleaseClusterRow = typeof releaseClusters.$inferSelect;
/** A release with its clusters in the plan's order. */
export type LoadedRelease = { row: ReleaseRow; clusters: ReleaseClusterRow[] };

/** @throws ProblemError not_found */
export async function loadRelease(
  db: Pick<Database, "select">,
  id: number,
): Promise<LoadedRelease> {
  const [row] = await db.select().from(releases).where(eq(releases.id, id));
  return withClusters(db, id, row);
}

/** The same, and nobody else changes the release until the transaction ends. */
export async function lockRelease(tx: Transaction, id: number): Promise<LoadedRelease> {
  const [row] = await tx.select().from(releases).where(eq(releases.id, id)).for("update");
  return withClusters(tx, id, row);
}

async function withClusters(
  db: Pick<Database, "select">,
  id: number,
  row: ReleaseRow | undefined,
): Promise<LoadedRelease> {
  if (!row) throw new ProblemError("not_found", `There is no release ${id}.`);
  const clusters = await db
    .select()
    .from(releaseClusters)
    .where(eq(releaseClusters.releaseId, id))
    .orderBy(asc(releaseClusters.position));
  return { row, clusters };
}

export function clusterPlanOf({ row }: LoadedRelease, clusterId: string): ClusterPlan {
  const plan = row.plan.clusters.find((cluster) => cluster.clusterId === clusterId);
  if (!plan) throw new Error(`release ${row.id} has no plan for cluster ${clusterId}`);
  return plan;
}

/** The cluster whose turn it is: the first that is neither verified nor rolled back. */
export function currentCluster({ clusters }: LoadedRelease): ReleaseClusterRow | undefined {
  return clusters.find(({ state }) => state !== "verified" && state !== "rolledBack");
}

/** All that is missing is that a person opens the next stage; the advance job notes it. */
export const waitsForPersonCode = "person";

export function verbSubject(release: LoadedRelease): VerbSubject {
  return {
    state: release.row.state,
    waitsForPerson: release.row.stateReason?.code === waitsForPersonCode,
    clusters: release.clusters.map((cluster) => ({
      clusterId: cluster.clusterId,
      state: cluster.state,
      everythingIsOpen:
        hasEntries(cluster.state) &&
        cluster.stageIndex >= clusterPlanOf(release, cluster.clusterId).stages.length - 1,
    })),
  };
}

/**
 * The moment that all entries of a release carry: newer than that of every release of the agent
 * before, whatever the clocks say. Call it with the agent locked.
 */
export async function nextTimestampMs(
  tx: Transaction,
  agentName: string,
  nowMs: number,
): Promise<number> {
  const [row] = await tx
    .select({ last: max(releases.timestampMs) })
    .from(releases)
    .where(eq(releases.agentName, agentName));
  return Math.max(nowMs, Number(row?.last ?? 0) + 1);
}

export type EventValues = Record<string, string | number>;

export async function recordEvent(
  tx: Transaction,
  event: {
    releaseId: number;
    atMs: number;
    kind: ReleaseEventKind;
    actor: string;
    detail?: EventValues;
  },
): Promise<void> {
  await tx.insert(releaseEvents).values({ ...event, detail: event.detail ?? {} });
}

export async function setCluster(
  tx: Transaction,
  { releaseId, clusterId }: { releaseId: number; clusterId: string },
  values: Partial<Omit<ReleaseClusterRow, "releaseId" | "clusterId" | "position">>,
): Promise<void> {
  await tx
    .update(releaseClusters)
    .set(values)
    .where(and(eq(releaseClusters.releaseId, releaseId), eq(releaseClusters.clusterId, clusterId)));
}
