import { asc, eq, max } from "drizzle-orm";
import { releaseClusters } from "../../drizzle/schema/release-clusters.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import type { Database, Transaction } from "../platform/database.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { ReleaseRecord } from "./engine/release-record.ts";

export type ReleaseRow = typeof releases.$inferSelect;
export type ReleaseClusterRow = typeof releaseClusters.$inferSelect;

/** A release with its clusters in the plan's order: as rows, and as the engine sees it. */
export type LoadedRelease = {
  row: ReleaseRow;
  clusters: ReleaseClusterRow[];
  record: ReleaseRecord;
};

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
  return { row, clusters, record: recordOf(row, clusters) };
}

function recordOf(row: ReleaseRow, clusters: readonly ReleaseClusterRow[]): ReleaseRecord {
  const { id, plan, state, stateReason, timestampMs } = row;
  return {
    ...{ id, plan, state, stateReason, timestampMs },
    clusters: clusters.map((cluster) => ({
      ...{ clusterId: cluster.clusterId, state: cluster.state, stageIndex: cluster.stageIndex },
      ...{ stageOpenedAtMs: cluster.stageOpenedAtMs, convergedAtMs: cluster.convergedAtMs },
      ...{ verifiedBy: cluster.verifiedBy, marks: cluster.marks ?? {} },
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
