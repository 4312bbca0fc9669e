import type { ReleaseVerb } from "../contract/console-views.ts";
import type { ClusterReleaseState, ReleaseState } from "../contract/release-state.ts";
import type { VerbRefusal } from "../contract/release-vocabulary.ts";

/** What the verbs' rules look at. */
export type VerbSubject = {
  state: ReleaseState;
  /** Running, and all that is missing is a person's word. */
  waitsForPerson: boolean;
  clusters: readonly { clusterId: string; state: ClusterReleaseState; everythingIsOpen: boolean }[];
};

type Rule = VerbRefusal | null | ((subject: VerbSubject) => VerbRefusal | null);

const continueRunning = (subject: VerbSubject) =>
  subject.waitsForPerson ? null : "notWaitingForPerson";

const openEverything = ({ clusters }: VerbSubject) =>
  clusters.some((cluster) => isUnderWay(cluster.state) && !cluster.everythingIsOpen)
    ? null
    : "everythingIsOpen";

const verify = ({ clusters }: VerbSubject) =>
  clusters.some((cluster) => cluster.state === "waitingForVerification") ? null : "nothingToVerify";

const takeBack = ({ clusters }: VerbSubject) =>
  clusters.some((cluster) => hasEntries(cluster.state)) ? null : "nothingToRollBack";

/** null: allowed. Every verb in every state has its answer here and nowhere else. */
const rules: Record<ReleaseVerb, Record<ReleaseState, Rule>> = {
  start: {
    draft: null,
    waitingForApproval: "notStarted",
    running: "alreadyStarted",
    paused: "alreadyStarted",
    completed: "ended",
    rolledBack: "ended",
    aborted: "ended",
  },
  pause: whileRunning(null, "alreadyPaused"),
  continue: whileRunning(continueRunning, null),
  continueAll: whileRunning(openEverything, openEverything),
  verifyCluster: whileRunning(verify, "isPaused"),
  rollBack: {
    draft: "notStarted",
    waitingForApproval: "notStarted",
    running: takeBack,
    paused: takeBack,
    completed: takeBack,
    rolledBack: "rolledBack",
    aborted: takeBack,
  },
  abort: { ...whileRunning(null, null), draft: null, waitingForApproval: null },
};

function whileRunning(running: Rule, paused: Rule): Record<ReleaseState, Rule> {
  return {
    draft: "notStarted",
    waitingForApproval: "notStarted",
    running,
    paused,
    completed: "ended",
    rolledBack: "rolledBack",
    aborted: "ended",
  };
}

export function refusalOf(verb: ReleaseVerb, subject: VerbSubject): VerbRefusal | null {
  const rule = rules[verb][subject.state];
  return typeof rule === "function" ? rule(subject) : rule;
}

/** Stages of the cluster are open, and it is not yet done. */
export function isUnderWay(state: ClusterReleaseState): boolean {
  return hasEntries(state) && state !== "verified" && state !== "waitingForVerification";
}

export function hasEntries(state: ClusterReleaseState): boolean {
  return state !== "waiting" && state !== "rolledBack";
}

/** The release is over; only rolling back is left. */
export function isEnded(state: ReleaseState): boolean {
  return state === "completed" || state === "rolledBack" || state === "aborted";
}
