import { asc, desc, eq } from "drizzle-orm";
import { releaseEvents } from "../../drizzle/schema/release-events.ts";
import { findClusters } from "../clusters/find-clusters.ts";
import { readStoredFailures } from "../clusters/remote-facts.ts";
import type {
  FailureGroup,
  ReleaseDetail,
  ReleaseEvent,
  ReleaseSummary,
} from "../contract/console-views.ts";
import { listFailures } from "../fleet-status/list-failures.ts";
import type { Services } from "../platform/services.ts";
import { verbsOf } from "./engine/verbs.ts";
import { waitingFor } from "./engine/waiting-for.ts";
import { outcomeQuery, readFactsAge } from "./read-facts.ts";
import { explainSilence } from "./read-release-facts.ts";
import { releaseProgress } from "./release-progress.ts";
import { type LoadedRelease, loadRelease } from "./release-rows.ts";
import { sumCounts } from "./stage-facts.ts";

const eventsMax = 500;

/** @throws ProblemError not_found */
export async function releaseDetail(services: Services, id: number): Promise<ReleaseDetail> {
  const release = await loadRelease(services.db, id);
  const summary = await summarizeRelease(services, release);
  return {
    ...summary,
    plan: release.row.plan,
    events: await listEvents(services, id),
    failures: await failuresOf(services, release, summary.clusters),
    verbs: verbsOf(release.record),
  };
}

export async function summarizeRelease(
  services: Services,
  release: LoadedRelease,
): Promise<ReleaseSummary> {
  const { row } = release;
  const names = await findClusters(
    services.db,
    release.clusters.map((cluster) => cluster.clusterId),
  );
  const { progress: clusters, facts } = await releaseProgress(services, release, names);
  return {
    ...{ id: row.id, agentName: row.agentName, version: row.version, state: row.state },
    ...{ note: row.note, createdBy: row.createdBy, createdAtMs: row.createdAtMs },
    finishedAtMs: row.finishedAtMs,
    clusters,
    counts: sumCounts(clusters.map((cluster) => cluster.counts)),
    waitingFor: await explainSilence(
      services,
      release.record,
      waitingFor(release.record, facts, services.now()),
    ),
  };
}

/** The newest ones, in the order in which they happened. */
async function listEvents({ db }: Services, releaseId: number): Promise<ReleaseEvent[]> {
  const newest = db
    .select()
    .from(releaseEvents)
    .where(eq(releaseEvents.releaseId, releaseId))
    .orderBy(desc(releaseEvents.id))
    .limit(eventsMax)
    .as("newest");
  const rows = await db.select().from(newest).orderBy(asc(newest.id));
  return rows.map(({ id, atMs, kind, actor, detail }) => ({ id, atMs, kind, actor, detail }));
}

async function failuresOf(
  services: Services,
  release: LoadedRelease,
  clusters: ReleaseSummary["clusters"],
): Promise<FailureGroup[]> {
  const all: FailureGroup[] = [];
  for (const { clusterId, state, counts } of clusters) {
    if (state === "rolledBack" || counts.failed === 0) continue;
    // Of a remote cluster its master has told; of a local one nothing is stored.
    all.push(...(await readStoredFailures(services.db, release.row.id, clusterId)));
    const { atMs: factsAtMs } = await readFactsAge(services, release.record, clusterId);
    const query = await outcomeQuery(services, release.record, clusterId, { factsAtMs });
    all.push(...(await listFailures(services.db, query)));
  }
  return mergeByReason(all);
}

function mergeByReason(groups: readonly FailureGroup[]): FailureGroup[] {
  const merged = new Map<string, FailureGroup>();
  for (const group of groups) {
    const held = merged.get(group.reason) ?? { reason: group.reason, machines: 0, examples: [] };
    held.machines += group.machines;
    held.examples = [...held.examples, ...group.examples].slice(0, 10);
    merged.set(group.reason, held);
  }
  return [...merged.values()].sort((a, b) => b.machines - a.machines);
}
