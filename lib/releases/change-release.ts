import { and, eq } from "drizzle-orm";
import { releases } from "../../drizzle/schema/releases.ts";
import type { AuditAction } from "../audit/actions.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { wakeRebuild } from "../clusters/wake-rebuild.ts";
import type { ReleaseEventKind } from "../contract/release-vocabulary.ts";
import {
  addDesiredEntries,
  withdrawDesiredEntries,
} from "../desired-state/change-desired-entries.ts";
import { findMachines } from "../machines/find-machines.ts";
import type { Transaction } from "../platform/database.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { entriesOfStage } from "./release-entries.ts";
import {
  clusterPlanOf,
  currentCluster,
  type EventValues,
  type LoadedRelease,
  type ReleaseClusterRow,
  type ReleaseRow,
  recordEvent,
  setCluster,
} from "./release-rows.ts";
import { isEnded } from "./release-verbs.ts";

/**
 * A release in the hands of one transaction: every step of every verb, and of the advance job, is
 * made of these few moves, so each of them leaves its event and its entries behind in the same way.
 */
export class ReleaseChange {
  readonly #touched = new Set<string>();
  #row: Partial<ReleaseRow> = {};

  constructor(
    readonly tx: Transaction,
    readonly release: LoadedRelease,
    readonly nowMs: number,
    readonly actor: string,
    private readonly record: (action: AuditAction, clusterId?: string) => Promise<void>,
  ) {}

  /** Clusters whose desired entries changed. */
  get touchedClusters(): readonly string[] {
    return [...this.#touched];
  }

  get changedRow(): Partial<ReleaseRow> {
    return this.#row;
  }

  async audit(action: AuditAction, clusterId?: string): Promise<void> {
    await this.record(action, clusterId);
  }

  async event(kind: ReleaseEventKind, detail: EventValues = {}): Promise<void> {
    const { row } = this.release;
    await recordEvent(this.tx, {
      ...{ releaseId: row.id, atMs: this.nowMs, kind, actor: this.actor },
      detail: dropEmpty(detail),
    });
  }

  setState(state: ReleaseRow["state"], reason: ReleaseRow["stateReason"] = null): void {
    Object.assign(this.#row, { state, stateReason: reason });
    Object.assign(this.release.row, this.#row);
    if (isEnded(state)) this.#row.finishedAtMs = this.nowMs;
  }

  setReason(reason: ReleaseRow["stateReason"]): void {
    this.#row.stateReason = reason;
    this.release.row.stateReason = reason;
  }

  /** Opens the stages up to `stageIndex` in a cluster: their entries are added, others stay. */
  async openStages(cluster: ReleaseClusterRow, stageIndex: number): Promise<void> {
    const plan = clusterPlanOf(this.release, cluster.clusterId);
    const opened = [...cluster.stageOpenedAtMs];
    for (let index = cluster.stageIndex + 1; index <= stageIndex; index += 1) {
      const stage = plan.stages[index]!;
      const machines = await findMachines(this.tx, stage.kind === "gray" ? stage.machineIds : []);
      const types = new Map([...machines.values()].map(({ id, type }) => [id, type]));
      const entries = entriesOfStage(this.release.row, plan, index, types);
      await addDesiredEntries(this.tx, cluster.clusterId, entries);
      opened.push(this.nowMs);
      await this.event("stageOpened", {
        clusterId: cluster.clusterId,
        stage: index + 1,
        kind: stage.kind,
        ...(stage.kind === "batch" ? { upToPercent: stage.upToPercent } : {}),
      });
    }
    await this.updateCluster(cluster, {
      state: plan.stages[stageIndex]!.kind,
      stageIndex,
      stageOpenedAtMs: opened,
      convergedAtMs: null,
    });
    this.#touched.add(cluster.clusterId);
  }

  async updateCluster(
    cluster: ReleaseClusterRow,
    values: Partial<Omit<ReleaseClusterRow, "releaseId" | "clusterId" | "position">>,
  ): Promise<void> {
    await setCluster(this.tx, cluster, values);
    Object.assign(cluster, values);
  }

  /** What held before the release holds again in this cluster. */
  async withdraw(cluster: ReleaseClusterRow): Promise<void> {
    await withdrawDesiredEntries(this.tx, cluster.releaseId, cluster.clusterId);
    await this.updateCluster(cluster, { state: "rolledBack" });
    this.#touched.add(cluster.clusterId);
  }

  /** After a cluster is done: the next one in the plan's order begins, or the release is complete. */
  async openNextCluster(): Promise<void> {
    const next = currentCluster(this.release);
    if (next?.state === "waiting") {
      await this.openStages(next, 0);
      await this.audit("release.opened-to-cluster", next.clusterId);
    } else if (!next) {
      const anyVerified = this.release.clusters.some(({ state }) => state === "verified");
      this.setState(anyVerified ? "completed" : "rolledBack");
      await this.event(anyVerified ? "completed" : "rolledBack");
      await this.audit(anyVerified ? "release.completed" : "release.rolled-back");
    }
  }
}

/**
 * Runs `work` on a locked release in one transaction with its audit rows, raises the revision, and
 * wakes the masters of the clusters whose entries changed after the commit.
 */
export async function changeRelease(
  services: Services,
  ctx: RequestContext,
  load: (tx: Transaction) => Promise<LoadedRelease>,
  work: (change: ReleaseChange) => Promise<void>,
): Promise<LoadedRelease> {
  const change = await auditedTransaction(services, ctx, async (tx, audit) => {
    const release = await load(tx);
    const before = summaryOf(release);
    const made = new ReleaseChange(
      tx,
      release,
      services.now(),
      ctx.actor.name,
      (action, clusterId) =>
        audit({
          action,
          subjectKind: "release",
          subjectId: String(release.row.id),
          ...(clusterId ? { clusterId } : {}),
          before: action === "release.created" ? null : before,
          after: summaryOf(release),
        }),
    );
    await work(made);
    await raiseRevision(tx, release.row, made.changedRow);
    return made;
  });
  for (const clusterId of change.touchedClusters) await wakeRebuild(services, clusterId);
  return change.release;
}

async function raiseRevision(
  tx: Transaction,
  row: ReleaseRow,
  values: Partial<ReleaseRow>,
): Promise<void> {
  const [result] = await tx
    .update(releases)
    .set({ ...values, revision: row.revision + 1 })
    .where(and(eq(releases.id, row.id), eq(releases.revision, row.revision)));
  if (result.affectedRows !== 1)
    throw new ProblemError("conflict", "The release changed meanwhile. Look at it again.");
}

function summaryOf({ row, clusters }: LoadedRelease) {
  return {
    agentName: row.agentName,
    version: row.version,
    state: row.state,
    clusters: clusters.map(({ clusterId, state, stageIndex }) => ({
      clusterId,
      state,
      stageIndex,
    })),
  };
}

function dropEmpty(detail: EventValues): EventValues {
  return Object.fromEntries(Object.entries(detail).filter(([, value]) => value !== ""));
}
