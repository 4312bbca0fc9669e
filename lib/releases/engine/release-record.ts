import type { ReleasePlan } from "../../contract/release-plan.ts";
import type { ClusterReleaseState, ReleaseState } from "../../contract/release-state.ts";

/** What a sentence is filled with, in the reader's language. */
export type Values = Record<string, string | number>;

/** A sentence's key and values: why a release is paused, what it waits for. */
export type Reason = { code: string; values: Values };

/**
 * What persons have told a cluster by continuing. All optional: an empty object is a cluster that
 * nobody has interfered with. To be stored with the cluster's row, as it comes.
 */
export type ClusterMarks = {
  /** Deadlines count from here when it is later than the stage's opening. Milliseconds. */
  clockFromMs?: number;
  /** acceptedKey(stage, reason) → failures that were accepted; 1 where there is nothing to count. */
  accepted?: Record<string, number>;
};

/** How far a release has come in one of its clusters. */
export type ClusterRecord = {
  clusterId: string;
  state: ClusterReleaseState;
  /** Index of the newest open stage of the plan; -1 before the first. */
  stageIndex: number;
  /** When each stage opened, by index. */
  stageOpenedAtMs: readonly number[];
  /** Time of the facts that first showed the newest stage converged; the soak counts from here. */
  convergedAtMs: number | null;
  verifiedBy: string | null;
  marks: ClusterMarks;
};

/** A release as the engine sees it. */
export type ReleaseRecord = {
  id: number;
  plan: ReleasePlan;
  state: ReleaseState;
  stateReason: Reason | null;
  /** All its desired entries carry this. */
  timestampMs: number;
  /** In the plan's order; one for each of the plan's clusters. */
  clusters: readonly ClusterRecord[];
};

export function newReleaseRecord(
  id: number,
  plan: ReleasePlan,
  timestampMs: number,
  state: ReleaseState = "draft",
): ReleaseRecord {
  const clusters = plan.clusters.map(
    ({ clusterId }): ClusterRecord => ({
      clusterId,
      state: "waiting",
      stageIndex: -1,
      stageOpenedAtMs: [],
      convergedAtMs: null,
      verifiedBy: null,
      marks: {},
    }),
  );
  return { id, plan, state, stateReason: null, timestampMs, clusters };
}

export const acceptedKey = (stageIndex: number, reason: string) => `${stageIndex} ${reason}`;

/** The plan of a cluster. INVARIANT: a record's clusters are those of its plan. */
export function planOf(release: ReleaseRecord, clusterId: string) {
  const plan = release.plan.clusters.find((cluster) => cluster.clusterId === clusterId);
  if (!plan) throw new RangeError(`cluster ${clusterId} is not in the plan of ${release.id}`);
  return plan;
}

/** The cluster whose turn it is: the first that is neither verified nor rolled back. */
export function activeCluster(release: ReleaseRecord): ClusterRecord | undefined {
  return release.clusters.find(({ state }) => state !== "verified" && state !== "rolledBack");
}
