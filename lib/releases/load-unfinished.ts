import { and, eq, inArray } from "drizzle-orm";
import { releaseClusters } from "../../drizzle/schema/release-clusters.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import type { Services } from "../platform/services.ts";
import type { ReleaseRecord } from "./engine/release-record.ts";
import { loadRelease } from "./release-rows.ts";

/** Releases of these agents that are not over, as far as they come to the cluster. */
export async function loadUnfinished(
  { db }: Pick<Services, "db">,
  clusterId: string,
  agentNames: readonly string[],
): Promise<ReleaseRecord[]> {
  if (agentNames.length === 0) return [];
  const rows = await db
    .select({ id: releases.id })
    .from(releases)
    .innerJoin(releaseClusters, eq(releaseClusters.releaseId, releases.id))
    .where(
      and(
        eq(releaseClusters.clusterId, clusterId),
        inArray(releases.state, ["waitingForApproval", "running", "paused"]),
        inArray(releases.agentName, [...agentNames]),
      ),
    );
  const found: ReleaseRecord[] = [];
  for (const { id } of rows) found.push((await loadRelease(db, id)).record);
  return found;
}
