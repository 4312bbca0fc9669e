import { and, eq, inArray } from "drizzle-orm";
import { desiredEntries } from "../../drizzle/schema/desired-entries.ts";
import type { Transaction } from "../platform/database.ts";
import { addDesiredEntries } from "./change-desired-entries.ts";
import type { DesiredEntry } from "./resolve.ts";

/**
 * Makes these, and no others, the entries of a release in a cluster; rows that stand already are left
 * alone. The cluster's revision is raised in any case: whoever asks for this wants a rebuild.
 */
export async function setReleaseEntries(
  tx: Transaction,
  clusterId: string,
  releaseId: number,
  wanted: readonly DesiredEntry[],
): Promise<void> {
  const rows = await tx
    .select()
    .from(desiredEntries)
    .where(and(eq(desiredEntries.releaseId, releaseId), eq(desiredEntries.clusterId, clusterId)));
  const wantedKeys = new Set(wanted.map(keyOf));
  const surplus = rows.filter((row) => !wantedKeys.has(keyOf(row))).map(({ id }) => id);
  if (surplus.length > 0)
    await tx.delete(desiredEntries).where(inArray(desiredEntries.id, surplus));
  const held = new Set(rows.map(keyOf));
  await addDesiredEntries(
    tx,
    clusterId,
    wanted.filter((entry) => !held.has(keyOf(entry))),
  );
}

function keyOf(entry: DesiredEntry): string {
  const { machineType, agentName, scope, machineId, batch, batchCount, ringSalt } = entry;
  const { version, timestampMs } = entry;
  return JSON.stringify([
    ...[machineType, agentName, scope, machineId, batch, batchCount, ringSalt],
    ...[version, timestampMs],
  ]);
}
