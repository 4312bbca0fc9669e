import { and, asc, eq, inArray } from "drizzle-orm";
import { releaseClusters } from "../../drizzle/schema/release-clusters.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import type { Database } from "../platform/database.ts";

/** A release that goes, or is to go, through the cluster; null: none. */
export async function findUnfinishedRelease(
  db: Pick<Database, "select">,
  clusterId: string,
): Promise<number | null> {
  const [row] = await db
    .select({ id: releases.id })
    .from(releaseClusters)
    .innerJoin(releases, eq(releases.id, releaseClusters.releaseId))
    .where(and(eq(releaseClusters.clusterId, clusterId), inArray(releases.state, [...unfinished])))
    .orderBy(asc(releases.id))
    .limit(1);
  return row?.id ?? null;
}

const unfinished = ["draft", "waitingForApproval", "running", "paused"] as const;
