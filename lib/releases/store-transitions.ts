import { and, eq } from "drizzle-orm";
import { releaseClusters } from "../../drizzle/schema/release-clusters.ts";
import { releaseEvents } from "../../drizzle/schema/release-events.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import { findClusterMasters } from "../clusters/find-cluster-master.ts";
import type { ProgressCounts } from "../contract/console-views.ts";
import type { Transaction } from "../platform/database.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { isFollowedRelease } from "./applied-orders.ts";
import { applyTransitions, isOver } from "./engine/apply-transitions.ts";
import type { ClusterRecord, ReleaseRecord } from "./engine/release-record.ts";
import type { Transition } from "./engine/transitions.ts";
import { noteFallBack } from "./note-fall-back.ts";
import type { LoadedRelease } from "./release-rows.ts";

export type StoreContext = {
  services: Services;
  tx: Transaction;
  nowMs: number;
  ctx: RequestContext;
  /** Counts per stage by cluster: kept when a cluster is done. */
  counts?: ReadonlyMap<string, ProgressCounts[]>;
};

export type Stored = {
  record: ReleaseRecord;
  /** Their desired entries changed: wake their masters after the commit. */
  touchedClusters: string[];
};

/**
 * Carries out what the engine decided: the masters get their orders, events and the new state are
 * written, all in the caller's transaction. The release must be as it was loaded, by its revision.
 * @throws ProblemError conflict
 */
export async function storeTransitions(
  context: StoreContext,
  release: LoadedRelease,
  transitions: readonly Transition[],
): Promise<Stored> {
  const { tx, nowMs, ctx } = context;
  if (await isFollowedRelease(tx, release.row.id))
    throw new ProblemError("conflict", "This release is another deployment's: change it there.");
  const touched = new Set<string>();
  let record = release.record;
  for (const transition of transitions) {
    for (const clusterId of clustersTouched(record, transition)) touched.add(clusterId);
    const { kind, values } = transition.event;
    await tx.insert(releaseEvents).values({
      ...{ releaseId: record.id, atMs: nowMs, kind, actor: ctx.actor.name, detail: values },
    });
    const { kind: step } = transition;
    const takenBack = step === "rollBack" || step === "rollBackCluster";
    const told = { atMs: nowMs, actor: ctx.actor.name };
    if (takenBack) await noteFallBack(tx, record, clustersTouched(record, transition), told);
    record = applyTransitions(record, [transition]);
  }
  await storeRecord(context, release, record);
  await orderMasters(context, release.row.revision + 1, record, touched);
  return { record, touchedClusters: [...touched] };
}

/** The clusters in which other machines are meant from now on. */
function clustersTouched(record: ReleaseRecord, transition: Transition): string[] {
  if (transition.kind === "openStage" || transition.kind === "rollBackCluster")
    return [transition.clusterId];
  if (transition.kind !== "rollBack") return [];
  return record.clusters
    .filter(({ stageIndex }) => stageIndex >= 0)
    .map(({ clusterId }) => clusterId);
}

/** All masters hear of it, since a pause, too, is for them to carry out. */
async function orderMasters(
  { services, tx, ctx, nowMs }: StoreContext,
  revision: number,
  release: ReleaseRecord,
  touched: ReadonlySet<string>,
): Promise<void> {
  const clusterIds = release.clusters.map(({ clusterId }) => clusterId);
  const masters = await findClusterMasters(services, clusterIds, tx);
  for (const [clusterId, master] of masters)
    await master.order(tx, {
      ...{ release, revision, ctx, nowMs },
      entriesChanged: touched.has(clusterId),
    });
}

async function storeRecord(
  context: StoreContext,
  { row, record: before }: LoadedRelease,
  record: ReleaseRecord,
): Promise<void> {
  const { state, stateReason } = record;
  const ended = isOver(record) && !isOver(before);
  const [result] = await context.tx
    .update(releases)
    .set({
      ...{ state, stateReason, revision: row.revision + 1 },
      ...(ended ? { finishedAtMs: context.nowMs } : {}),
    })
    .where(and(eq(releases.id, row.id), eq(releases.revision, row.revision)));
  if (result.affectedRows !== 1)
    throw new ProblemError("conflict", "The release changed meanwhile. Look at it again.");
  for (const [index, cluster] of record.clusters.entries())
    if (cluster !== before.clusters[index]) await storeCluster(context, row.id, cluster);
}

async function storeCluster(
  { tx, counts }: StoreContext,
  releaseId: number,
  cluster: ClusterRecord,
): Promise<void> {
  const { clusterId, state, stageIndex, stageOpenedAtMs, convergedAtMs, verifiedBy } = cluster;
  const done = state === "waitingForVerification" || state === "verified";
  const finalCounts = done ? counts?.get(clusterId) : undefined;
  await tx
    .update(releaseClusters)
    .set({
      ...{ state, stageIndex, convergedAtMs, verifiedBy, marks: cluster.marks },
      stageOpenedAtMs: [...stageOpenedAtMs],
      ...(finalCounts ? { finalCounts } : {}),
    })
    .where(and(eq(releaseClusters.releaseId, releaseId), eq(releaseClusters.clusterId, clusterId)));
}
