import { directorKeySet } from "../contract/trust-root.ts";
import { type DirectorStanding, directorStanding } from "./director-standing.ts";
import type { OwnTrust } from "./own-trust.ts";
import type { News } from "./read-news.ts";

/** How a cluster's documents are signed, as a process serves them. Plain data. */
export type ClusterSigning = {
  standing: DirectorStanding;
  /** null: there is no root. */
  rootVersion: number | null;
  /** null: nothing is signed, or nothing of which the root knows the key. */
  news: News | null;
};

export const unsignedCluster: ClusterSigning = { standing: "off", rootVersion: null, news: null };

/** What may be handed out: a signature that every machine would refuse is none. Pure. */
export function clusterSigning(
  trust: Pick<OwnTrust, "root" | "director">,
  clusterId: string,
  news: News | null,
): ClusterSigning {
  return {
    standing: directorStanding(trust, clusterId),
    rootVersion: trust.root?.document.version ?? null,
    news: news && isNamed(trust, clusterId, news.keyId) ? news : null,
  };
}

export function isNamed(
  { root }: Pick<OwnTrust, "root">,
  clusterId: string,
  keyId: string,
): boolean {
  return root !== null && directorKeySet(root, clusterId).keys.some((key) => key.keyId === keyId);
}
