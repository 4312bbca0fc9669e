import { listRemoteClusters } from "../clusters/list-remote-clusters.ts";
import type { TrustedRoot, TrustRole } from "../contract/trust-root.ts";
import type {
  ClusterTrustView,
  TrustRoleView,
  TrustRootView,
  TrustView,
} from "../contract/trust-views.ts";
import { listStoredNews, type StoredNews } from "../desired-state/list-stored-news.ts";
import { countTrust } from "../machines/count-trust.ts";
import type { Services } from "../platform/services.ts";
import { directorStanding } from "./director-standing.ts";
import { listDropped } from "./dropped-values.ts";
import { expiryLevel } from "./expiry-level.ts";
import { developmentNames } from "./make-development-trust.ts";
import { type OwnTrust, readOwnTrust } from "./own-trust.ts";
import { readNews } from "./read-news.ts";

/** Who may say what runs here, who says it, and which machines do not believe it. */
export async function describeTrust(services: Services): Promise<TrustView> {
  const trust = await readOwnTrust(services);
  const { root, director } = trust;
  const own = await ownClusterTrust(services);
  return {
    root: root && describeRoot(root, services.now()),
    rootProblem: trust.rootProblem,
    folder: trust.folder,
    director: director && { keyId: director.keyId, name: nameOf(root, director.keyId) },
    directorProblem: trust.directorProblem,
    clusters: [...own, ...(await remoteClusterTrust(services))].sort((a, b) =>
      a.clusterId.localeCompare(b.clusterId),
    ),
  };
}

/** The clusters of this deployment, or one of them. */
export async function ownClusterTrust(
  services: Services,
  clusterId?: string,
): Promise<ClusterTrustView[]> {
  const trust = await readOwnTrust(services);
  const rows = await listStoredNews(services.db, clusterId);
  return Promise.all(rows.map((row) => describeCluster(services, trust, row)));
}

async function describeCluster(
  services: Services,
  trust: OwnTrust,
  { id: clusterId, name: clusterName, freshness }: StoredNews,
): Promise<ClusterTrustView> {
  const standing = directorStanding(trust, clusterId);
  const news =
    freshness === "" ? null : await readNews(trust, clusterId, freshness).catch(() => null);
  const { sequence, documentSequence, issuedAtMs, expiresAtMs } = news ?? {};
  const aged = news && news.expiresAtMs <= services.now() ? "stale" : "signs";
  return {
    ...{ clusterId, clusterName },
    signing: standing === "signs" ? (news ? aged : "notYet") : standing,
    rootVersion: trust.root?.document.version ?? null,
    rootFingerprint: trust.root?.fingerprint ?? null,
    directorKeyId: trust.director?.keyId ?? null,
    freshness: news && {
      ...{ sequence: sequence!, documentSequence: documentSequence! },
      ...{ issuedAtMs: issuedAtMs!, expiresAtMs: expiresAtMs! },
    },
    machines: await countTrust(services.db, clusterId),
    droppedFromRedis: listDropped(clusterId),
  };
}

/** As their masters said last; one that has not said is there all the same. */
async function remoteClusterTrust(services: Services): Promise<ClusterTrustView[]> {
  const remote = await listRemoteClusters(services.db);
  return remote.map(({ id, name, contact }) => ({
    ...(contact?.fleet?.trust ?? unknownTrust),
    ...{ clusterId: id, clusterName: name },
  }));
}

const unknownTrust: Omit<ClusterTrustView, "clusterId" | "clusterName"> = {
  ...{ signing: "unknown", rootVersion: null, rootFingerprint: null, directorKeyId: null },
  freshness: null,
  machines: { total: 0, checking: 0, byRoot: [], refusing: [] },
  droppedFromRedis: [],
};

function describeRoot(root: TrustedRoot, nowMs: number): TrustRootView {
  const { version, expiresAtMs, roles } = root.document;
  const view = ({ keyIds, threshold }: TrustRole): TrustRoleView => ({
    keys: keyIds.map((keyId) => ({ keyId, name: nameOf(root, keyId) })),
    threshold,
  });
  return {
    ...{ version, fingerprint: root.fingerprint, expiresAtMs },
    expiry: expiryLevel(expiresAtMs, nowMs),
    roles: {
      ...{ root: view(roles.root), release: view(roles.release), director: view(roles.director) },
      directors: Object.entries(roles.directors).map(([clusterId, role]) => ({
        ...view(role),
        clusterId,
      })),
    },
    development: isDevelopmentRoot(root),
  };
}

function nameOf(root: TrustedRoot | null, keyId: string): string {
  return root?.document.keys[keyId]?.name ?? "";
}

/** As makeDevelopmentTrust names its keys; one of them is enough. */
export function isDevelopmentRoot({ document: { keys, roles } }: TrustedRoot): boolean {
  const offline = [...roles.root.keyIds, ...roles.release.keyIds];
  return offline.some((keyId) => developmentNames.has(keys[keyId]?.name ?? ""));
}
