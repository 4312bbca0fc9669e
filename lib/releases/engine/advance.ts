import type { Stage } from "../../contract/release-plan.ts";
import { applyTransitions } from "./apply-transitions.ts";
import { countValues, stageValues, watchedSeconds } from "./events.ts";
import {
  type ClusterFacts,
  type FactsLimits,
  factsLimits,
  inFlightOf,
  type ReleaseFacts,
  usableFacts,
} from "./facts.ts";
import {
  deadlineMs,
  failuresTooMany,
  judgeStage,
  lateFailures,
  type StageVerdict,
} from "./judge-stage.ts";
import {
  activeCluster,
  type ClusterRecord,
  planOf,
  type Reason,
  type ReleaseRecord,
  type Values,
} from "./release-record.ts";
import type { Transition } from "./transitions.ts";

/** So long after the last stage converged, machines that still have not changed are left to themselves. */
const convergingMsMax = 15 * 60_000;
/** More rounds than one call can take: start, open; or converge, pass, open or end the cluster. */
const roundsMax = 12;

/**
 * What happens to a release now. Pure: the same release, facts and time give the same transitions.
 *
 * INVARIANTS
 *  - Nothing opens, passes or ends except on evidence from after the newest stage opened that is
 *    fresh and adds up. Without it a release only ever pauses, at its stage's deadline.
 *  - At most one stage opens in one call, since the facts are older than the stage.
 *  - A release that is not running gets no transitions: what has halted stays halted until a person
 *    says otherwise.
 *  - Once the transitions are applied, the same facts and time give none.
 */
export function advance(
  release: ReleaseRecord,
  facts: ReleaseFacts,
  nowMs: number,
  limits: FactsLimits = factsLimits,
): Transition[] {
  const transitions: Transition[] = [];
  let current = release;
  for (let round = 0; round < roundsMax; round += 1) {
    const next = nextTransitions({ release: current, facts, nowMs, limits });
    if (next.length === 0) return transitions;
    transitions.push(...next);
    current = applyTransitions(current, next);
  }
  throw new Error(`release ${release.id} does not come to rest`);
}

type Situation = {
  release: ReleaseRecord;
  facts: ReleaseFacts;
  nowMs: number;
  limits: FactsLimits;
};

function nextTransitions(situation: Situation): Transition[] {
  const { release } = situation;
  if (release.state !== "running") return [];
  const unwell = findUnwell(situation);
  if (unwell) return unwell;
  const cluster = activeCluster(release);
  return cluster ? stepCluster(situation, cluster) : [endOf(release)];
}

function endOf(release: ReleaseRecord): Transition {
  const anyVerified = release.clusters.some(({ state }) => state === "verified");
  if (anyVerified) return { kind: "complete", event: { kind: "completed", values: {} } };
  const reason: Reason = { code: "rolledBack", values: {} };
  return { kind: "rollBack", reason, event: { kind: "rolledBack", values: {} } };
}

/** Every cluster with open stages is watched to the release's end, not only the one whose turn it is. */
function findUnwell({ release, facts, nowMs, limits }: Situation): Transition[] | null {
  for (const cluster of release.clusters) {
    const { stageIndex } = cluster;
    if (stageIndex < 0 || cluster.state === "rolledBack") continue;
    const known = usableFacts(cluster, facts, nowMs, limits);
    if (typeof known === "string") continue;
    const question = { release, cluster, stageIndex, facts: known, nowMs };
    const isAtWork = isStageState(cluster);
    const verdicts = [
      isAtWork ? failuresTooMany(question) : null,
      isAtWork && stageIndex === 0 ? null : lateFailures(question),
    ];
    for (const verdict of verdicts)
      if (verdict?.kind === "failed") return halt(release, cluster, stageIndex, verdict.reason);
  }
  return null;
}

/** Its newest stage has not passed yet. */
function isStageState({ state }: ClusterRecord): boolean {
  return state === "gray" || state === "batch" || state === "full";
}

function stepCluster(situation: Situation, cluster: ClusterRecord): Transition[] {
  const { release, nowMs } = situation;
  const facts = usableFacts(cluster, situation.facts, nowMs, situation.limits);
  if (cluster.state === "waiting")
    return typeof facts === "string" || facts.frozen ? [] : beginCluster(release, cluster, nowMs);
  const known =
    typeof facts !== "string" && isEvidence(cluster, facts, release, situation.limits)
      ? facts
      : null;
  if (cluster.state === "waitingForVerification")
    return known && planOf(release, cluster.clusterId).verification === "automatic"
      ? [verified(cluster)]
      : [];
  if (!known) return pauseAtDeadline(situation, cluster);
  return cluster.state === "converging"
    ? stepConverging(release, cluster, known, nowMs)
    : stepStage(release, cluster, known, nowMs);
}

/** Counts from before the newest stage opened say nothing about it. */
export function isEvidence(
  cluster: ClusterRecord,
  facts: ClusterFacts,
  release: ReleaseRecord,
  limits: FactsLimits,
): boolean {
  const openedAtMs = cluster.stageOpenedAtMs[cluster.stageIndex] ?? 0;
  const planned = planOf(release, cluster.clusterId).stages.length;
  return (
    facts.factsAtMs - limits.aheadMaxMs > openedAtMs &&
    facts.stages.length > cluster.stageIndex &&
    facts.stages.length <= planned
  );
}

function beginCluster(release: ReleaseRecord, cluster: ClusterRecord, nowMs: number): Transition[] {
  const { clusterId } = cluster;
  return [
    { kind: "startCluster", clusterId, event: { kind: "clusterStarted", values: { clusterId } } },
    openStage(release, cluster, 0, nowMs, {}),
  ];
}

/** The one way in which a stage opens, by evidence or by a person. */
export function openStage(
  release: ReleaseRecord,
  { clusterId, stageIndex: from }: ClusterRecord,
  stageIndex: number,
  atMs: number,
  evidence: Values,
): Transition {
  const skipped = Array.from({ length: stageIndex - from - 1 }, (_, index) => from + 1 + index);
  const values = { ...evidence, ...stageValues(release, clusterId, stageIndex) };
  if (skipped.length > 0) values.skipped = skipped.length;
  return {
    ...{ kind: "openStage", clusterId, stageIndex, skipped, atMs },
    event: { kind: "stageOpened", values },
  };
}

function stepStage(
  release: ReleaseRecord,
  cluster: ClusterRecord,
  facts: ClusterFacts,
  nowMs: number,
): Transition[] {
  const { stageIndex } = cluster;
  const verdict = judgeStage({ release, cluster, stageIndex, facts, nowMs });
  const act: {
    [K in StageVerdict["kind"]]: (v: Extract<StageVerdict, { kind: K }>) => Transition[];
  } = {
    waiting: () => [],
    converged: () => [converged(release, cluster, facts)],
    failed: ({ reason }) => halt(release, cluster, stageIndex, reason),
    inconclusive: ({ reason }) => [pause(reason)],
    holds: () => passStage(release, cluster, facts, nowMs),
  };
  return (act[verdict.kind] as (v: StageVerdict) => Transition[])(verdict);
}

function converged(
  release: ReleaseRecord,
  { clusterId, stageIndex }: ClusterRecord,
  facts: ClusterFacts,
): Transition {
  const values = {
    ...stageValues(release, clusterId, stageIndex),
    ...countValues(facts.stages[stageIndex]!),
  };
  return {
    ...{ kind: "markConverged", clusterId, stageIndex, atMs: facts.factsAtMs },
    event: { kind: "stageConverged", values },
  };
}

function passStage(
  release: ReleaseRecord,
  cluster: ClusterRecord,
  facts: ClusterFacts,
  nowMs: number,
): Transition[] {
  const { clusterId, stageIndex } = cluster;
  const { stages } = planOf(release, clusterId);
  const isLast = stageIndex === stages.length - 1;
  const named = stageValues(release, clusterId, stageIndex);
  const stage = facts.stages[stageIndex]!;
  const evidence = {
    ...countValues(stage),
    watchedSeconds: watchedSeconds(cluster, facts.factsAtMs),
  };
  const passed: Transition = {
    ...{ kind: "passStage", clusterId, stageIndex },
    event: { kind: "stagePassed", values: { ...named, ...evidence } },
  };
  if (isLast) return [passed, converging(cluster, stage)];
  if (needsPerson(stages[stageIndex]!)) return waitForPerson(release, cluster, named);
  if (facts.frozen) return [];
  return [passed, openStage(release, cluster, stageIndex + 1, nowMs, evidence)];
}

const needsPerson = (stage: Stage) => stage.gate.manual;

function waitForPerson(
  release: ReleaseRecord,
  { clusterId, stageIndex }: ClusterRecord,
  named: Values,
): Transition[] {
  if (release.stateReason?.code === "person") return [];
  const reason: Reason = { code: "person", values: named };
  return [
    {
      ...{ kind: "waitForPerson", clusterId, stageIndex, reason },
      event: { kind: "waitsForPerson", values: named },
    },
  ];
}

function converging(
  { clusterId }: ClusterRecord,
  stage: Parameters<typeof inFlightOf>[0],
): Transition {
  const values = { clusterId, remaining: inFlightOf(stage) };
  return { kind: "clusterConverging", clusterId, event: { kind: "clusterConverging", values } };
}

/** Until nobody is on the way any more, in any stage, or for the time that a cluster may take. */
function stepConverging(
  release: ReleaseRecord,
  cluster: ClusterRecord,
  facts: ClusterFacts,
  nowMs: number,
): Transition[] {
  const { clusterId } = cluster;
  const remaining = facts.stages.reduce((sum, stage) => sum + inFlightOf(stage), 0);
  const sinceMs = Math.max(cluster.convergedAtMs ?? 0, cluster.marks.clockFromMs ?? 0);
  if (remaining > 0 && Math.min(nowMs, facts.factsAtMs) < sinceMs + convergingMsMax) return [];
  const healthy = facts.stages.reduce((sum, stage) => sum + stage.healthy, 0);
  const targeted = facts.stages.reduce((sum, stage) => sum + stage.targeted, 0);
  const values = { clusterId, healthy, targeted, remaining, version: release.plan.version ?? "" };
  return [
    {
      ...{ kind: "clusterWaitingForVerification", clusterId },
      event: { kind: "clusterConverged", values },
    },
  ];
}

function verified({ clusterId }: ClusterRecord): Transition {
  return {
    ...{ kind: "clusterVerified", clusterId, by: "automatic" },
    event: { kind: "clusterVerified", values: { clusterId } },
  };
}

function pauseAtDeadline({ release, nowMs }: Situation, cluster: ClusterRecord): Transition[] {
  const { clusterId, stageIndex } = cluster;
  if (release.stateReason?.code === "person") return [];
  if (nowMs < deadlineMs({ release, cluster, stageIndex, facts: null })) return [];
  const values = { ...stageValues(release, clusterId, stageIndex), reason: "noFacts" };
  return [pause({ code: "inconclusive", values })];
}

function halt(
  release: ReleaseRecord,
  { clusterId }: ClusterRecord,
  stageIndex: number,
  reason: Reason,
): Transition[] {
  const failed: Transition = {
    ...{ kind: "failGate", clusterId, stageIndex, reason },
    event: { kind: "gateFailed", values: reason.values },
  };
  if (release.plan.onGateFailure === "pause") return [failed, pause(reason)];
  const event = { kind: "rolledBack", values: { because: reason.code, ...reason.values } } as const;
  return [failed, { kind: "rollBack", reason, event }];
}

function pause(reason: Reason): Transition {
  const values = { because: reason.code, ...reason.values };
  return { kind: "pause", reason, event: { kind: "paused", values } };
}
