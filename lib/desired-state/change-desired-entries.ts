import { and, eq, gt } from "drizzle-orm";
import { desiredEntries } from "../../drizzle/schema/desired-entries.ts";
import { bumpDesiredRevision } from "../clusters/bump-desired-revision.ts";
import type { Database, Transaction } from "../platform/database.ts";
import type { DesiredEntry } from "./resolve.ts";

/*
 * All changes to desired entries: a stage adds, a rollback withdraws, nothing is ever rewritten. Each
 * raises the cluster's revision in the same transaction; after the commit call wakeRebuild.
 */

const rowsPerInsert = 1_000;

export async function addDesiredEntries(
  tx: Transaction,
  clusterId: string,
  entries: readonly DesiredEntry[],
): Promise<void> {
  for (let start = 0; start < entries.length; start += rowsPerInsert)
    await tx
      .insert(desiredEntries)
      .values(
        entries.slice(start, start + rowsPerInsert).map((entry) => ({ ...entry, clusterId })),
      );
  await bumpDesiredRevision(tx, clusterId);
}

/** Returns how many entries were withdrawn. */
export async function withdrawDesiredEntries(
  tx: Transaction,
  releaseId: number,
  clusterId: string,
): Promise<number> {
  const [result] = await tx
    .delete(desiredEntries)
    .where(and(eq(desiredEntries.releaseId, releaseId), eq(desiredEntries.clusterId, clusterId)));
  await bumpDesiredRevision(tx, clusterId);
  return result.affectedRows;
}

/** A release that asks for this version, or that machines would fall back to; null: none. */
export async function findReleaseAsking(
  db: Pick<Database, "select">,
  agentName: string,
  version: string,
): Promise<number | null> {
  const [row] = await db
    .select({ releaseId: desiredEntries.releaseId })
    .from(desiredEntries)
    .where(and(eq(desiredEntries.agentName, agentName), eq(desiredEntries.version, version)))
    .limit(1);
  return row?.releaseId ?? null;
}

/** The entries of later releases of the same agent: where they reach, they win. */
export async function listNewerEntries(
  db: Pick<Database, "select">,
  clusterId: string,
  agentName: string,
  timestampMs: number,
): Promise<DesiredEntry[]> {
  return db
    .select()
    .from(desiredEntries)
    .where(
      and(
        eq(desiredEntries.clusterId, clusterId),
        eq(desiredEntries.agentName, agentName),
        gt(desiredEntries.timestampMs, timestampMs),
      ),
    );
}
