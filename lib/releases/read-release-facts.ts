import { findClusterMasters } from "../clusters/find-cluster-master.ts";
import { unreachableSince } from "../clusters/master-contact.ts";
import type { Services } from "../platform/services.ts";
import type { ReleaseFacts } from "./engine/facts.ts";
import { activeCluster, type Reason, type ReleaseRecord } from "./engine/release-record.ts";
import { readFacts } from "./read-facts.ts";

/**
 * What is known of the clusters of a release: of our own by counting, of others by their masters.
 * What a master said before it fell silent is nothing to go on by.
 */
export async function readReleaseFacts(
  services: Services,
  release: ReleaseRecord,
): Promise<ReleaseFacts> {
  const masters = await findClusterMasters(
    services,
    release.clusters.map(({ clusterId }) => clusterId),
  );
  const isRemote = (clusterId: string) => Boolean(masters.get(clusterId)?.url);
  const own = release.clusters.filter(({ clusterId }) => !isRemote(clusterId));
  const clusters = { ...(await readFacts(services, { ...release, clusters: own })).clusters };
  for (const { clusterId, state } of release.clusters)
    if (isRemote(clusterId) && state !== "rolledBack")
      clusters[clusterId] =
        (await unreachableSince(services.db, clusterId)) === null
          ? await masters.get(clusterId)!.readFacts(release)
          : undefined;
  return { clusters };
}

/** Whatever a running release would wait for, the silence of its cluster's master comes first. */
export async function explainSilence(
  services: Services,
  release: ReleaseRecord,
  reason: Reason | null,
): Promise<Reason | null> {
  const cluster = activeCluster(release);
  const isPersons = reason?.code === "person" || reason?.code === "verification";
  if (release.state !== "running" || !cluster || isPersons) return reason;
  const { clusterId } = cluster;
  const sinceMs = await unreachableSince(services.db, clusterId);
  return sinceMs === null ? reason : { code: "masterUnreachable", values: { clusterId, sinceMs } };
}
