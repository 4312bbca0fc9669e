import { acceptedKey, type ClusterRecord, planOf, type ReleaseRecord } from "./release-record.ts";
import type { Transition, TransitionKind, TransitionOf } from "./transitions.ts";

type Apply = {
  [K in TransitionKind]: (release: ReleaseRecord, transition: TransitionOf<K>) => ReleaseRecord;
};

const apply: Apply = {
  askForApproval: (release) => ({ ...release, state: "waitingForApproval" }),
  start: (release) => ({ ...release, state: "running", stateReason: null }),
  startCluster: (release) => release,
  openStage: (release, { clusterId, stageIndex, atMs }) => ({
    ...changeCluster(release, clusterId, (cluster) => ({
      state: planOf(release, clusterId).stages[stageIndex]!.kind,
      stageIndex,
      stageOpenedAtMs: openedUpTo(cluster, stageIndex, atMs),
      convergedAtMs: null,
    })),
    stateReason: null,
  }),
  markConverged: (release, { clusterId, atMs }) =>
    changeCluster(release, clusterId, () => ({ convergedAtMs: atMs })),
  passStage: (release) => release,
  failGate: (release) => release,
  waitForPerson: (release, { reason }) => ({ ...release, stateReason: reason }),
  accept: (release, { clusterId, stageIndex, reason, failures }) =>
    changeCluster(release, clusterId, ({ marks }) => ({
      marks: {
        ...marks,
        accepted: { ...marks.accepted, [acceptedKey(stageIndex, reason)]: failures },
      },
    })),
  clusterConverging: (release, { clusterId }) => ({
    ...changeCluster(release, clusterId, () => ({ state: "converging" })),
    stateReason: null,
  }),
  clusterWaitingForVerification: (release, { clusterId }) =>
    changeCluster(release, clusterId, () => ({ state: "waitingForVerification" })),
  clusterVerified: (release, { clusterId, by }) =>
    changeCluster(release, clusterId, () => ({ state: "verified", verifiedBy: by })),
  pause: (release, { reason }) => ({ ...release, state: "paused", stateReason: reason }),
  continue: (release, { atMs }) => ({
    ...release,
    state: "running",
    stateReason: null,
    clusters: release.clusters.map((cluster) =>
      cluster.stageIndex < 0
        ? cluster
        : { ...cluster, marks: { ...cluster.marks, clockFromMs: atMs } },
    ),
  }),
  rollBack: (release, { reason }) => ({
    ...release,
    state: "rolledBack",
    stateReason: reason,
    clusters: release.clusters.map((cluster) =>
      cluster.state === "waiting" ? cluster : { ...cluster, state: "rolledBack" },
    ),
  }),
  rollBackCluster: (release, { clusterId }) =>
    changeCluster(release, clusterId, () => ({ state: "rolledBack" })),
  abort: (release, { reason }) => ({ ...release, state: "aborted", stateReason: reason }),
  complete: (release) => ({ ...release, state: "completed", stateReason: null }),
  event: (release) => release,
};

/** All of them: the table has one line for each. */
export const transitionKinds = Object.keys(apply) as TransitionKind[];

/** The record after the transitions, in their order. Pure: the one given is left as it is. */
export function applyTransitions(
  release: ReleaseRecord,
  transitions: readonly Transition[],
): ReleaseRecord {
  return transitions.reduce(
    (current, transition) =>
      (apply[transition.kind] as Apply["event"])(current, transition as never),
    release,
  );
}

/** Nothing more will happen by itself. Rolling back is still possible, except after a roll back. */
export function isOver(release: { state: ReleaseRecord["state"] }): boolean {
  return ["completed", "rolledBack", "aborted"].includes(release.state);
}

function changeCluster(
  release: ReleaseRecord,
  clusterId: string,
  change: (cluster: ClusterRecord) => Partial<ClusterRecord>,
): ReleaseRecord {
  const clusters = release.clusters.map((cluster) =>
    cluster.clusterId === clusterId ? { ...cluster, ...change(cluster) } : cluster,
  );
  return { ...release, clusters };
}

/** Skipped stages open together with the one that includes them. */
function openedUpTo(cluster: ClusterRecord, stageIndex: number, atMs: number): number[] {
  const opened = cluster.stageOpenedAtMs.slice(0, cluster.stageIndex + 1);
  while (opened.length <= stageIndex) opened.push(atMs);
  return opened;
}
