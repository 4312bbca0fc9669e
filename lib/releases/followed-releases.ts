import { and, eq, gt, inArray, ne, or } from "drizzle-orm";
import { releaseClusters } from "../../drizzle/schema/release-clusters.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import { planOfCluster } from "../clusters/plan-of-cluster.ts";
import type { MasterOrder, MasterRelease } from "../contract/master-api.ts";
import { packagesOfVersion } from "../packages/find-version.ts";
import type { Services } from "../platform/services.ts";
import { type LoadedRelease, loadRelease } from "./release-rows.ts";

/** What machines did long after a release ended is other releases' business. */
const watchedMs = 24 * 3600_000;

/** Releases whose facts in a remote cluster somebody may want: the engine, or people who look. */
export async function listWatchedReleases(
  { db, now }: Pick<Services, "db" | "now">,
  clusterId: string,
): Promise<number[]> {
  const underWay = inArray(releases.state, ["running", "paused"]);
  const begun = ne(releaseClusters.state, "waiting");
  const rows = await db
    .select({ id: releases.id })
    .from(releaseClusters)
    .innerJoin(releases, eq(releases.id, releaseClusters.releaseId))
    .where(
      and(
        eq(releaseClusters.clusterId, clusterId),
        or(underWay, and(begun, gt(releases.finishedAtMs, now() - watchedMs))),
      ),
    );
  return rows.map(({ id }) => id);
}

/** The release as it is now, all of one moment, as the master of a cluster is told of it. */
export async function readMasterOrder(
  { db }: Pick<Services, "db">,
  releaseId: number,
  clusterId: string,
): Promise<MasterOrder> {
  return db.transaction(async (tx) => {
    const loaded = await loadRelease(tx, releaseId);
    const { agentName, version, revision } = loaded.row;
    const found = version === null ? [] : await packagesOfVersion(tx, agentName, version);
    const packages = found.map(({ platform, sha256 }) => ({ platform, sha256 }));
    return { revision, packages, release: describeFor(loaded, clusterId) };
  });
}

function describeFor({ row, record }: LoadedRelease, clusterId: string): MasterRelease {
  const cluster = record.clusters.find((one) => one.clusterId === clusterId);
  if (!cluster) throw new RangeError(`release ${row.id} is not in cluster ${clusterId}`);
  const { state, stageIndex, stageOpenedAtMs, convergedAtMs, verifiedBy } = cluster;
  return {
    ...{ id: row.id, state: row.state, stateReason: row.stateReason },
    ...{ timestampMs: row.timestampMs, note: row.note, createdBy: row.createdBy },
    ...{ createdAtMs: row.createdAtMs, finishedAtMs: row.finishedAtMs },
    plan: planOfCluster(row.plan, clusterId),
    cluster: {
      ...{ clusterId, state, stageIndex, convergedAtMs, verifiedBy },
      stageOpenedAtMs: [...stageOpenedAtMs],
    },
  };
}
