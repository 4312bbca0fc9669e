import { and, desc, eq, exists, inArray, lt, type SQL } from "drizzle-orm";
import { releaseClusters } from "../../drizzle/schema/release-clusters.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import type { ReleaseSummary } from "../contract/console-views.ts";
import type { ReleaseState } from "../contract/release-state.ts";
import type { Services } from "../platform/services.ts";
import { summarizeRelease } from "./release-detail.ts";
import { loadRelease } from "./release-rows.ts";

export type ReleaseListQuery = {
  cluster?: string | undefined;
  agent?: string | undefined;
  states?: readonly ReleaseState[] | undefined;
  /** Releases before this id. */
  beforeId?: number | undefined;
  limit: number;
};

/** Newest first. */
export async function listReleases(
  services: Services,
  query: ReleaseListQuery,
): Promise<{ releases: ReleaseSummary[]; nextId: number | null }> {
  const rows = await services.db
    .select({ id: releases.id })
    .from(releases)
    .where(and(...conditions(services, query)))
    .orderBy(desc(releases.id))
    .limit(query.limit + 1);
  const page = rows.slice(0, query.limit);
  const summaries: ReleaseSummary[] = [];
  for (const { id } of page)
    summaries.push(await summarizeRelease(services, await loadRelease(services.db, id)));
  return {
    releases: summaries,
    nextId: rows.length > query.limit ? (page.at(-1)?.id ?? null) : null,
  };
}

function conditions({ db }: Services, query: ReleaseListQuery): SQL[] {
  const { cluster, agent, states, beforeId } = query;
  const all: SQL[] = [];
  if (agent) all.push(eq(releases.agentName, agent));
  if (states) all.push(inArray(releases.state, [...states]));
  if (beforeId) all.push(lt(releases.id, beforeId));
  if (cluster)
    all.push(
      exists(
        db
          .select({ id: releaseClusters.releaseId })
          .from(releaseClusters)
          .where(
            and(eq(releaseClusters.releaseId, releases.id), eq(releaseClusters.clusterId, cluster)),
          ),
      ),
    );
  return all;
}
