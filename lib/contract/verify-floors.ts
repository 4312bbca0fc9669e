import { z } from "zod";
import { AgentName, ClusterId, Sha256 } from "./names.ts";
import { Sequence } from "./release-statement.ts";
import { directorKeySet, type TrustedRoot } from "./trust-root.ts";

const SequenceOrNone = z.union([z.literal(0), Sequence]);

/** What a machine has seen of its cluster's director. */
export const DirectorFloor = z.object({
  clusterId: ClusterId,
  /** Of the newest freshness statement; 0: none yet. */
  freshnessSequence: SequenceOrNone,
  /** Of the newest document statement; 0: none yet. */
  documentSequence: SequenceOrNone,
  /** The document that came with that sequence: there is only one. */
  documentSha256: Sha256.nullable(),
});
export type DirectorFloor = z.infer<typeof DirectorFloor>;

/** What a machine must not forget: the lowest that it takes. Persisted before it is acted upon. */
export const TrustFloors = z.object({
  schema: z.literal(1),
  director: DirectorFloor,
  /** By agent: the lowest release sequence. */
  releases: z.record(AgentName, Sequence),
  /** Keys that these floors came from. */
  directorKeyIds: z.array(Sha256),
  releaseKeyIds: z.array(Sha256),
});
export type TrustFloors = z.infer<typeof TrustFloors>;

export function firstFloors(root: TrustedRoot, clusterId: string): TrustFloors {
  return {
    schema: 1,
    director: { clusterId, freshnessSequence: 0, documentSequence: 0, documentSha256: null },
    releases: {},
    directorKeyIds: directorKeyIds(root, clusterId),
    releaseKeyIds: releaseKeyIds(root),
  };
}

/**
 * The floors that hold under a root, to be applied whenever the root or the machine's cluster changes.
 * A floor is dropped when a key that may have set it is withdrawn: a thief can sign the highest number
 * there is, and machines must not be lost for that (TUF 1.0 §5.3.11, fast-forward attack).
 */
export function floorsUnderRoot(
  floors: TrustFloors,
  root: TrustedRoot,
  clusterId: string,
): TrustFloors {
  const first = firstFloors(root, clusterId);
  const keepsDirector =
    floors.director.clusterId === clusterId &&
    floors.directorKeyIds.every((keyId) => first.directorKeyIds.includes(keyId));
  const keepsReleases = floors.releaseKeyIds.every((keyId) => first.releaseKeyIds.includes(keyId));
  return {
    ...first,
    director: keepsDirector ? floors.director : first.director,
    releases: keepsReleases ? floors.releases : {},
  };
}

/** The lowest release sequence that is still taken for an agent; 0: any. */
export function releaseFloor(floors: TrustFloors, agent: string): number {
  return Object.hasOwn(floors.releases, agent) ? floors.releases[agent]! : 0;
}

/** After a version was committed. A floor never sinks. */
export function raiseReleaseFloor(
  floors: TrustFloors,
  agent: string,
  floorAfterCommit: number,
): TrustFloors {
  const floor = Math.max(releaseFloor(floors, agent), floorAfterCommit);
  return { ...floors, releases: { ...floors.releases, [agent]: floor } };
}

function directorKeyIds(root: TrustedRoot, clusterId: string): string[] {
  return directorKeySet(root, clusterId).keys.map((key) => key.keyId);
}

function releaseKeyIds(root: TrustedRoot): string[] {
  return root.release.keys.map((key) => key.keyId);
}
