import { describe, expect, it } from "vitest";
import { type ReleaseVerb, releaseVerbs } from "../../contract/console-views.ts";
import {
  type ClusterReleaseState,
  clusterReleaseStates,
  type ReleaseState,
  releaseStates,
} from "../../contract/release-state.ts";
import { advance } from "./advance.ts";
import { applyTransitions, transitionKinds } from "./apply-transitions.ts";
import { type ClusterRecord, newReleaseRecord, type ReleaseRecord } from "./release-record.ts";
import { batch, clusterFacts, factsOf, full, gray, planWith, t0 } from "./testing/plans.ts";
import type { Transition, TransitionKind, TransitionOf } from "./transitions.ts";
import { applyVerb } from "./verbs.ts";

/*
 * Every state × everything that can happen. The rows' and columns' types make a missing one an error
 * of the compiler; the cases come from the vocabularies themselves, so that it is one of the test too.
 */

const nowMs = t0 + 3_600_000;
const plan = planWith([gray(["m1"]), batch(10), full()], { clusterIds: ["bj", "sh"] });

const ticks = ["well", "failing", "silence"] as const;
type Input = ReleaseVerb | (typeof ticks)[number];
const inputs: readonly Input[] = [...releaseVerbs, ...ticks];
/** "release bj sh": the states afterwards. refused: by name, and nothing changes. stays: nothing to do. */
type Row = Record<Input, string>;

const over = { start: "refused", pause: "refused", continue: "refused", continueAll: "refused" };
const tells = { verifyCluster: "refused", well: "stays", failing: "stays", silence: "stays" };
const takenBack = "rolledBack rolledBack waiting";
const unstarted: Row = {
  ...{ ...over, ...tells, start: "running gray waiting" },
  ...{ rollBack: "refused", abort: "aborted waiting waiting" },
};

/** With its first cluster at its first stage, once it has begun. */
const releaseTable: Record<ReleaseState, Row> = {
  draft: unstarted,
  waitingForApproval: unstarted,
  running: {
    ...{ start: "refused", pause: "paused gray waiting", continue: "refused" },
    ...{ continueAll: "running full waiting", rollBack: takenBack, abort: "aborted gray waiting" },
    ...{ verifyCluster: "refused", well: "running batch waiting", failing: "paused gray waiting" },
    silence: "stays",
  },
  paused: {
    ...{ ...tells, start: "refused", pause: "refused", continue: "running gray waiting" },
    ...{ continueAll: "running full waiting", rollBack: takenBack, abort: "aborted gray waiting" },
  },
  completed: { ...over, ...tells, rollBack: takenBack, abort: "refused" },
  rolledBack: { ...over, ...tells, rollBack: "refused", abort: "refused" },
  aborted: { ...over, ...tells, rollBack: takenBack, abort: "refused" },
};

const inCluster = (state: ClusterReleaseState, changed: Partial<Row>): Row => ({
  ...{ ...over, ...tells, rollBack: takenBack },
  ...{ pause: `paused ${state} waiting`, abort: `aborted ${state} waiting` },
  ...{ failing: `paused ${state} waiting`, ...changed },
});
const opensAll = { continueAll: "running full waiting" };

/** With the release running, and the second cluster still to come. */
const clusterTable: Record<ClusterReleaseState, Row> = {
  waiting: inCluster("waiting", {
    ...{ rollBack: "refused", well: "running gray waiting", failing: "running gray waiting" },
  }),
  gray: inCluster("gray", { ...opensAll, well: "running batch waiting" }),
  batch: inCluster("batch", { ...opensAll, well: "running full waiting" }),
  full: inCluster("full", { well: "running waitingForVerification waiting" }),
  converging: inCluster("converging", { well: "running waitingForVerification waiting" }),
  waitingForVerification: inCluster("waitingForVerification", {
    verifyCluster: "running verified waiting",
  }),
  verified: inCluster("verified", { well: "running verified gray" }),
  // What runs in a cluster that was taken back is no longer this release's business.
  rolledBack: inCluster("rolledBack", {
    ...{ rollBack: "refused", well: "running rolledBack gray", failing: "running rolledBack gray" },
  }),
};

const stageIndexOf: Partial<Record<ClusterReleaseState, number>> = {
  waiting: -1,
  gray: 0,
  batch: 1,
};

function releaseIn(state: ReleaseState, clusterState: ClusterReleaseState): ReleaseRecord {
  const release = newReleaseRecord(7, plan, t0, state);
  const [bj, ...others] = release.clusters as [ClusterRecord, ...ClusterRecord[]];
  const stageIndex = stageIndexOf[clusterState] ?? 2;
  const isThrough = stageIndex === 2 && clusterState !== "full";
  const first: ClusterRecord = {
    ...{ ...bj, state: clusterState, stageIndex, convergedAtMs: isThrough ? t0 : null },
    stageOpenedAtMs: Array.from({ length: stageIndex + 1 }, () => t0),
  };
  return { ...release, clusters: [first, ...others] };
}

const usualCluster: Record<ReleaseState, ClusterReleaseState> = {
  ...{ draft: "waiting", waitingForApproval: "waiting", running: "gray", paused: "gray" },
  ...{ completed: "verified", rolledBack: "rolledBack", aborted: "gray" },
};

function seen(release: ReleaseRecord, input: Input) {
  if (input === "silence") return factsOf({});
  const newest = release.clusters[0]!.stageIndex;
  const isBad = input === "failing";
  const stages = plan.clusters[0]!.stages.map((_, index) => {
    if (index > newest) return { pending: 5 };
    return index === newest && isBad ? { healthy: 1, failed: { exited_early: 4 } } : { healthy: 5 };
  });
  return factsOf({ bj: clusterFacts(nowMs, stages), sh: clusterFacts(nowMs, []) });
}

const statesOf = ({ state, clusters }: ReleaseRecord) =>
  [state, ...clusters.map((cluster) => cluster.state)].join(" ");

function play(release: ReleaseRecord, input: Input): string {
  let transitions: Transition[];
  const verb = releaseVerbs.find((one) => one === input);
  if (verb) {
    const outcome = applyVerb(release, { verb, actor: "li" }, nowMs);
    if (!outcome.allowed) return "refused";
    transitions = outcome.transitions;
  } else transitions = advance(release, seen(release, input), nowMs);
  const after = statesOf(applyTransitions(release, transitions));
  return after === statesOf(release) ? "stays" : after;
}

describe("a release in every state", () => {
  const cases = releaseStates.flatMap((state) => inputs.map((input) => [state, input] as const));
  it.each(cases)("%s × %s", (state, input) => {
    expect(play(releaseIn(state, usualCluster[state]), input)).toBe(releaseTable[state][input]);
  });
});

describe("a cluster in every state", () => {
  const cases = clusterReleaseStates.flatMap((state) =>
    inputs.map((input) => [state, input] as const),
  );
  it.each(cases)("%s × %s", (state, input) => {
    expect(play(releaseIn("running", state), input)).toBe(clusterTable[state][input]);
  });
});

type Becomes<K extends TransitionKind> = {
  says: Omit<TransitionOf<K>, "event" | "kind">;
  /** undefined: as before. */
  release?: ReleaseState;
  cluster?: ClusterReleaseState | ((was: ClusterReleaseState) => ClusterReleaseState);
};
const bj = { clusterId: "bj" };
const stage = { ...bj, stageIndex: 1 };
const reason = { code: "paused", values: {} };

/** What each event makes of a release and its first cluster; the second stays as it is. */
const eventTable: { [K in TransitionKind]: Becomes<K> } = {
  askForApproval: { says: {}, release: "waitingForApproval" },
  start: { says: {}, release: "running" },
  startCluster: { says: { ...bj } },
  openStage: { says: { ...stage, skipped: [], atMs: 1 }, cluster: "batch" },
  markConverged: { says: { ...stage, atMs: 1 } },
  passStage: { says: { ...stage } },
  failGate: { says: { ...stage, reason } },
  waitForPerson: { says: { ...stage, reason } },
  accept: { says: { ...stage, reason: "failures", failures: 1 } },
  clusterConverging: { says: { ...bj }, cluster: "converging" },
  clusterWaitingForVerification: {
    says: { ...bj },
    cluster: "waitingForVerification",
  },
  clusterVerified: { says: { ...bj, by: "li" }, cluster: "verified" },
  pause: { says: { reason }, release: "paused" },
  continue: { says: { atMs: 1 }, release: "running" },
  rollBack: {
    ...{ says: { reason }, release: "rolledBack" },
    cluster: (was) => (was === "waiting" ? was : "rolledBack"),
  },
  rollBackCluster: { says: { ...bj, reason }, cluster: "rolledBack" },
  abort: { says: { reason }, release: "aborted" },
  complete: { says: {}, release: "completed" },
  event: { says: {} },
};

describe("applyTransitions() in every state", () => {
  it("has a row for each event", () => {
    expect(Object.keys(eventTable).sort()).toEqual([...transitionKinds].sort());
  });

  const states = releaseStates.flatMap((state) =>
    clusterReleaseStates.map((cluster) => [state, cluster] as const),
  );
  it.each(transitionKinds)("%s", (kind) => {
    const { says, release, cluster } = eventTable[kind];
    const event = { kind: "created", values: {} };
    const transition = { kind, ...says, event } as Transition;
    for (const [state, clusterState] of states) {
      const before = releaseIn(state, clusterState);
      const kept = structuredClone(before);
      const after = applyTransitions(before, [transition]);
      expect(before).toEqual(kept);
      expect(after.state).toBe(release ?? state);
      const becomes = typeof cluster === "function" ? cluster(clusterState) : cluster;
      expect(after.clusters[0]!.state).toBe(becomes ?? clusterState);
      expect(after.clusters[1]).toEqual(before.clusters[1]);
    }
  });
});
