import { and, eq, inArray } from "drizzle-orm";
import { releaseClusters } from "../../drizzle/schema/release-clusters.ts";
import { releaseEvents } from "../../drizzle/schema/release-events.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import type { Transaction } from "../platform/database.ts";
import type { EngineEvent } from "./engine/transitions.ts";

/** An event of a cluster stands in the history of each release that is under way there. */
export async function tellReleases(
  tx: Transaction,
  clusterId: string,
  { kind, values }: EngineEvent,
  atMs: number,
): Promise<void> {
  const rows = await tx
    .select({ releaseId: releases.id })
    .from(releaseClusters)
    .innerJoin(releases, eq(releases.id, releaseClusters.releaseId))
    .where(
      and(
        eq(releaseClusters.clusterId, clusterId),
        inArray(releases.state, ["running", "paused"]),
        inArray(releaseClusters.state, [...unsettled]),
      ),
    );
  if (rows.length === 0) return;
  await tx
    .insert(releaseEvents)
    .values(
      rows.map(({ releaseId }) => ({ releaseId, atMs, kind, actor: "exchange", detail: values })),
    );
}

const unsettled = [
  "waiting",
  "gray",
  "batch",
  "full",
  "converging",
  "waitingForVerification",
] as const;
