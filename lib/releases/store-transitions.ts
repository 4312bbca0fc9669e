import { and, eq } from "drizzle-orm";
import { releaseClusters } from "../../drizzle/schema/release-clusters.ts";
import { releaseEvents } from "../../drizzle/schema/release-events.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import type { ProgressCounts } from "../contract/console-views.ts";
import {
  addDesiredEntries,
  withdrawDesiredEntries,
} from "../desired-state/change-desired-entries.ts";
import { findMachines } from "../machines/find-machines.ts";
import type { Transaction } from "../platform/database.ts";
import { ProblemError } from "../platform/problem-error.ts";
import { applyTransitions, isOver } from "./engine/apply-transitions.ts";
import { type ClusterRecord, planOf, type ReleaseRecord } from "./engine/release-record.ts";
import type { Transition } from "./engine/transitions.ts";
import { entriesOfStage } from "./release-entries.ts";
import type { LoadedRelease } from "./release-rows.ts";

export type StoreContext = {
  tx: Transaction;
  nowMs: number;
  actor: string;
  /** Counts per stage by cluster: kept when a cluster is done. */
  counts?: ReadonlyMap<string, ProgressCounts[]>;
};

export type Stored = {
  record: ReleaseRecord;
  /** Their desired entries changed: wake their masters after the commit. */
  touchedClusters: string[];
};

/**
 * Carries out what the engine decided: entries are added and withdrawn, events and the new state are
 * written, all in the caller's transaction. The release must be as it was loaded, by its revision.
 * @throws ProblemError conflict
 */
export async function storeTransitions(
  context: StoreContext,
  release: LoadedRelease,
  transitions: readonly Transition[],
): Promise<Stored> {
  const touched = new Set<string>();
  let record = release.record;
  for (const transition of transitions) {
    for (const clusterId of await changeEntries(context, record, transition))
      touched.add(clusterId);
    const { kind, values } = transition.event;
    await context.tx.insert(releaseEvents).values({
      ...{ releaseId: record.id, atMs: context.nowMs, kind, actor: context.actor, detail: values },
    });
    record = applyTransitions(record, [transition]);
  }
  await storeRecord(context, release, record);
  return { record, touchedClusters: [...touched] };
}

/** Returns the clusters whose entries changed. */
async function changeEntries(
  { tx }: StoreContext,
  record: ReleaseRecord,
  transition: Transition,
): Promise<string[]> {
  if (transition.kind === "openStage") {
    const { clusterId, skipped, stageIndex } = transition;
    for (const index of [...skipped, stageIndex]) await openStage(tx, record, clusterId, index);
    return [clusterId];
  }
  if (transition.kind === "rollBackCluster") {
    await withdrawDesiredEntries(tx, record.id, transition.clusterId);
    return [transition.clusterId];
  }
  if (transition.kind !== "rollBack") return [];
  const open = record.clusters.filter(({ stageIndex }) => stageIndex >= 0);
  for (const { clusterId } of open) await withdrawDesiredEntries(tx, record.id, clusterId);
  return open.map(({ clusterId }) => clusterId);
}

async function openStage(
  tx: Transaction,
  record: ReleaseRecord,
  clusterId: string,
  stageIndex: number,
): Promise<void> {
  const plan = planOf(record, clusterId);
  const stage = plan.stages[stageIndex];
  const machines = await findMachines(tx, stage?.kind === "gray" ? stage.machineIds : []);
  const types = new Map([...machines.values()].map(({ id, type }) => [id, type]));
  await addDesiredEntries(tx, clusterId, entriesOfStage(record, plan, stageIndex, types));
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
