import type { ReleaseVerb } from "../../contract/console-views.ts";
import type { ReleaseState } from "../../contract/release-state.ts";
import type { VerbRefusal } from "../../contract/release-vocabulary.ts";
import { openStage } from "./advance.ts";
import { applyTransitions } from "./apply-transitions.ts";
import {
  activeCluster,
  type ClusterRecord,
  planOf,
  type Reason,
  type ReleaseRecord,
  type Values,
} from "./release-record.ts";
import type { Transition } from "./transitions.ts";

/** A person's word. clusterId: for rollBack one cluster only, for verifyCluster which one. */
export type VerbOrder = {
  verb: ReleaseVerb;
  actor: string;
  clusterId?: string | undefined;
  remark?: string | undefined;
  /** For start: somebody else has to approve first. */
  needsApproval?: boolean;
};

export type VerbOutcome =
  | { allowed: true; transitions: Transition[] }
  | { allowed: false; reason: VerbRefusal };

type Rule = VerbRefusal | null | ((release: ReleaseRecord) => VerbRefusal | null);

const hasEntries = ({ state }: ClusterRecord) => state !== "waiting" && state !== "rolledBack";
const waitsForVerification = ({ state }: ClusterRecord) => state === "waitingForVerification";

const continueRunning: Rule = ({ stateReason }) =>
  stateReason?.code === "person" ? null : "notWaitingForPerson";
const openEverything: Rule = (release) => {
  const cluster = activeCluster(release);
  const isUnderWay = cluster && hasEntries(cluster) && !waitsForVerification(cluster);
  return isUnderWay && cluster.stageIndex < lastStage(release, cluster) ? null : "everythingIsOpen";
};
const verify: Rule = ({ clusters }) =>
  clusters.some(waitsForVerification) ? null : "nothingToVerify";
const takeBack: Rule = ({ clusters }) => (clusters.some(hasEntries) ? null : "nothingToRollBack");

/** null: allowed. Every verb in every state has its answer here and nowhere else. */
const rules: Record<ReleaseVerb, Record<ReleaseState, Rule>> = {
  start: {
    draft: null,
    waitingForApproval: null,
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

export function refusalOf(verb: ReleaseVerb, release: ReleaseRecord): VerbRefusal | null {
  const rule = rules[verb][release.state];
  return typeof rule === "function" ? rule(release) : rule;
}

/** ReleaseDetail.verbs. */
export function verbsOf(
  release: ReleaseRecord,
): Record<ReleaseVerb, { allowed: boolean; reason: VerbRefusal | null }> {
  const answers = (Object.keys(rules) as ReleaseVerb[]).map((verb) => {
    const reason = refusalOf(verb, release);
    return [verb, { allowed: reason === null, reason }] as const;
  });
  return Object.fromEntries(answers) as ReturnType<typeof verbsOf>;
}

/**
 * What a person's word does to a release. Persons may open stages without evidence; all else that
 * follows (the next cluster, the end) is left to the next `advance`, which asks for it.
 */
export function applyVerb(release: ReleaseRecord, order: VerbOrder, nowMs: number): VerbOutcome {
  const refusal = refusalOf(order.verb, release);
  if (refusal) return { allowed: false, reason: refusal };
  const result = act[order.verb](release, order, nowMs);
  return typeof result === "string"
    ? { allowed: false, reason: result }
    : { allowed: true, transitions: result };
}

type Act = (release: ReleaseRecord, order: VerbOrder, nowMs: number) => Transition[] | VerbRefusal;

const act: Record<ReleaseVerb, Act> = {
  start: (release, order, nowMs) => {
    if (order.needsApproval && release.state === "draft")
      return [{ kind: "askForApproval", event: { kind: "waitsForApproval", values: said(order) } }];
    const first = release.clusters[0]!;
    return [
      { kind: "start", event: { kind: "started", values: said(order) } },
      {
        ...{ kind: "startCluster", clusterId: first.clusterId },
        event: { kind: "clusterStarted", values: { clusterId: first.clusterId } },
      },
      openStage(release, first, 0, nowMs, {}),
    ];
  },
  pause: (_release, order) => {
    const reason: Reason = { code: "paused", values: { actor: order.actor } };
    return [{ kind: "pause", reason, event: { kind: "paused", values: said(order) } }];
  },
  continue: continueRelease,
  continueAll: (release, order, nowMs) => {
    const resumed = resume(release, order, nowMs, "continuedWithEverything");
    const cluster = activeCluster(applyTransitions(release, resumed))!;
    const last = lastStage(release, cluster);
    return [...resumed, openStage(release, cluster, last, nowMs, {})];
  },
  verifyCluster: (release, { clusterId: asked, ...order }) => {
    const cluster = release.clusters.find(
      (one) => waitsForVerification(one) && (!asked || one.clusterId === asked),
    );
    if (!cluster) return "nothingToVerify";
    const { clusterId } = cluster;
    const event = { kind: "clusterVerified", values: { clusterId, ...said(order) } } as const;
    return [{ kind: "clusterVerified", clusterId, by: order.actor, event }];
  },
  rollBack: (release, order) =>
    order.clusterId ? rollBackCluster(release, order, order.clusterId) : [rollBack(order)],
  abort: (_release, order) => {
    const reason: Reason = { code: "aborted", values: { actor: order.actor } };
    return [{ kind: "abort", reason, event: { kind: "aborted", values: said(order) } }];
  },
};

/** Paused: it runs on from where it stopped. Waiting for a person: the next stage opens. */
function continueRelease(release: ReleaseRecord, order: VerbOrder, nowMs: number): Transition[] {
  const resumed = resume(release, order, nowMs, "continued");
  const cluster = activeCluster(release);
  if (release.state === "paused" || !cluster) return resumed;
  return [...resumed, openStage(release, cluster, cluster.stageIndex + 1, nowMs, {})];
}

/**
 * Running again; deadlines count anew, and what a gate had failed on is accepted as it stands:
 * more of it halts the release again.
 */
function resume(
  release: ReleaseRecord,
  order: VerbOrder,
  atMs: number,
  kind: "continued" | "continuedWithEverything",
): Transition[] {
  const accepted = acceptReason(release);
  return [
    ...(accepted ? [accepted] : []),
    { kind: "continue", atMs, event: { kind, values: said(order) } },
  ];
}

function acceptReason({ stateReason, clusters }: ReleaseRecord): Transition | null {
  if (stateReason?.code !== "gateFailed" && stateReason?.code !== "inconclusive") return null;
  const { clusterId, stage, reason } = stateReason.values;
  if (!clusters.some((cluster) => cluster.clusterId === clusterId)) return null;
  // Nobody can accept what nobody knows: a new deadline is all that can be had.
  if (reason === "noFacts") return null;
  const failures = acceptedCount(stateReason);
  return {
    ...{ kind: "accept", clusterId: String(clusterId), stageIndex: Number(stage) - 1 },
    ...{ reason: String(reason), failures },
    event: {
      kind: "failuresAccepted",
      values: { clusterId: clusterId!, stage: stage!, reason: reason!, failed: failures },
    },
  };
}

/** How many machines a person lets pass; 1 where there is nothing to count. */
function acceptedCount({ values }: Reason): number {
  const counted = {
    failures: values.failed,
    lateFailures: values.failed,
    restarts: values.restarted,
    deadline: values.unconverged,
  };
  return Math.max(1, Number(counted[values.reason as keyof typeof counted] ?? 1));
}

function rollBack(order: Pick<VerbOrder, "actor" | "remark">): Transition {
  const reason: Reason = { code: "rolledBack", values: { actor: order.actor } };
  return { kind: "rollBack", reason, event: { kind: "rolledBack", values: said(order) } };
}

/** The last one to be taken back takes the release with it; otherwise a person says how to go on. */
function rollBackCluster(
  release: ReleaseRecord,
  order: VerbOrder,
  clusterId: string,
): Transition[] | VerbRefusal {
  const open = release.clusters.filter(hasEntries);
  if (!open.some((cluster) => cluster.clusterId === clusterId)) return "nothingToRollBack";
  if (open.length === 1) return [rollBack(order)];
  const reason: Reason = { code: "clusterRolledBack", values: { clusterId } };
  const taken: Transition = {
    ...{ kind: "rollBackCluster", clusterId, reason },
    event: { kind: "clusterRolledBack", values: { clusterId, ...said(order) } },
  };
  if (release.state !== "running") return [taken];
  const values: Values = { because: reason.code, clusterId };
  return [taken, { kind: "pause", reason, event: { kind: "paused", values } }];
}

function lastStage(release: ReleaseRecord, { clusterId }: ClusterRecord): number {
  return planOf(release, clusterId).stages.length - 1;
}

const said = ({ remark }: { remark?: string | undefined }): Values => (remark ? { remark } : {});
