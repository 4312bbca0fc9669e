import { and, desc, eq, ne, notInArray } from "drizzle-orm";
import { releaseClusters } from "../../drizzle/schema/release-clusters.ts";
import { releaseEvents } from "../../drizzle/schema/release-events.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import { bindingMark } from "../known-bad/marks.ts";
import { findMarks } from "../known-bad/standing-marks.ts";
import type { Transaction } from "../platform/database.ts";
import type { ReleaseRecord } from "./engine/release-record.ts";

/**
 * What was taken back leaves machines to the release before. If that one's version is known to be bad
 * they stay as they are, and whoever took it back has to hear of it.
 */
export async function noteFallBack(
  tx: Transaction,
  release: ReleaseRecord,
  clusterIds: readonly string[],
  told: { atMs: number; actor: string },
): Promise<void> {
  for (const clusterId of clusterIds) {
    const before = await findReleaseBefore(tx, release, clusterId);
    if (!before?.version) continue;
    const marks = await findMarks(tx, release.plan.agentName, before.version);
    if (!bindingMark(marks, clusterId)) continue;
    await tx.insert(releaseEvents).values({
      ...{ releaseId: release.id, ...told, kind: "fallBackKnownBad" },
      detail: { clusterId, version: before.version, release: before.id },
    });
  }
}

/** The newest other release of the agent that has anything open in the cluster. */
async function findReleaseBefore(
  tx: Transaction,
  { id, plan }: ReleaseRecord,
  clusterId: string,
): Promise<{ id: number; version: string | null } | undefined> {
  const [row] = await tx
    .select({ id: releases.id, version: releases.version })
    .from(releaseClusters)
    .innerJoin(releases, eq(releases.id, releaseClusters.releaseId))
    .where(
      and(
        eq(releaseClusters.clusterId, clusterId),
        notInArray(releaseClusters.state, ["waiting", "rolledBack"]),
        eq(releases.agentName, plan.agentName),
        ne(releases.state, "rolledBack"),
        ne(releases.id, id),
      ),
    )
    .orderBy(desc(releases.timestampMs))
    .limit(1);
  return row;
}
