import type { Gate, Stage } from "../../contract/release-plan.ts";
import type { GateFailureReason } from "../../contract/release-vocabulary.ts";
import { compareToControl, type Finding } from "./compare-to-control.ts";
import { countValues, stageValues, watchedSeconds } from "./events.ts";
import {
  type ClusterFacts,
  failedOf,
  failuresOf,
  inFlightOf,
  reachableOf,
  type StageFacts,
} from "./facts.ts";
import {
  acceptedKey,
  type ClusterRecord,
  planOf,
  type Reason,
  type ReleaseRecord,
  type Values,
} from "./release-record.ts";
import { sharedSilence } from "./shared-silence.ts";
import { logTailBound } from "./tail-bound.ts";

/** Absent in the plan: these. */
export const gateDefaults = {
  restartedShareMax: 0.05,
  control: { mode: "whenPossible", ratioMax: 1.25 },
} as const;

/** So much longer than the soak a doubtful comparison is watched before a person is asked. */
const doubtSecondsMin = 600;
/**
 * ln of the chance at which a failure share above the limit is believed before the stage is through.
 * A version at its limit is stopped early by chance so often; a good one is far below it.
 */
const logEarlyChance = Math.log(0.001);
/** With so many machines to be expected in a stage, none at all is not chance but an error. */
const expectedMachinesMin = 20;

export type StageVerdict =
  | { kind: "waiting"; reason: Reason }
  | { kind: "converged" }
  | { kind: "failed"; reason: Reason }
  | { kind: "inconclusive"; reason: Reason }
  /** The gate holds. */
  | { kind: "holds" };

export type StageQuestion = {
  release: ReleaseRecord;
  cluster: ClusterRecord;
  stageIndex: number;
  /** Usable, and from after the stage opened. */
  facts: ClusterFacts;
  nowMs: number;
};

/** The newest open stage of a cluster: may the next one open? */
export function judgeStage(question: StageQuestion): StageVerdict {
  return (
    failuresTooMany(question) ??
    silentWithOthers(question) ??
    stageIsEmpty(question) ??
    comparedWithControl(question) ??
    notYetConverged(question) ??
    (question.cluster.convergedAtMs === null ? { kind: "converged" } : null) ??
    stillSoaking(question) ??
    doubtful(question) ?? { kind: "holds" }
  );
}

/** The limits of the newest stage, from the moment that it opens. */
export function failuresTooMany(question: StageQuestion): StageVerdict | null {
  const { facts, stageIndex } = question;
  const stage = facts.stages[stageIndex];
  if (!stage) return null;
  const gate = gateOf(question);
  const failures = failuresOf(stage);
  const areTooMany = (count: number) =>
    count > acceptedOf(question, "failures") && exceedsLimits(stage, count, gate);
  const shared = sharedSilence(facts, [stageIndex]);
  if (areTooMany(failures - shared)) return failed(question, "failures", failureValues(stage));
  if (
    stage.restarted > restartedMax(gate, reachableOf(stage)) &&
    stage.restarted > acceptedOf(question, "restarts")
  )
    return failed(question, "restarts", { restarted: stage.restarted });
  return areTooMany(failures) ? silent(question, shared) : null;
}

/**
 * Stages that have passed are watched to the release's end, all of a cluster's together: a release
 * takes days, and that one machine of a hundred falls silent in days says nothing about the version.
 */
export function lateFailures(question: StageQuestion): StageVerdict | null {
  const { facts, release, cluster } = question;
  const open = facts.stages.slice(0, cluster.stageIndex + 1);
  let limit = 0;
  let accepted = 0;
  for (const [stageIndex, stage] of open.entries()) {
    const { gate } = planOf(release, cluster.clusterId).stages[stageIndex]!;
    const own = { ...question, stageIndex };
    const planned = Math.min(gate.failuresMax, gate.failureShareMax * reachableOf(stage));
    limit += Math.max(planned, acceptedOf(own, "failures"));
    accepted = Math.max(accepted, acceptedOf(own, "lateFailures"));
  }
  const failures = open.reduce((sum, stage) => sum + failuresOf(stage), 0);
  const borne = Math.max(limit, accepted);
  if (failures <= borne) return null;
  const shared = sharedSilence(facts, [...open.keys()]);
  if (failures - shared <= borne) return silent(question, shared);
  const worst = open.reduce((a, b) => (failuresOf(b) > failuresOf(a) ? b : a));
  return failed(question, "lateFailures", { ...failureValues(worst), failed: failures });
}

/** Earlier stages share a silence with machines that the release has not reached: nothing opens meanwhile. */
function silentWithOthers(question: StageQuestion): StageVerdict | null {
  if (question.stageIndex === 0) return null;
  const verdict = lateFailures(question);
  return verdict?.kind === "waiting" ? verdict : null;
}

function silent(question: StageQuestion, goneDark: number): StageVerdict {
  return waiting(question, "silence", {
    goneDark,
    othersSilent: question.facts.silence!.others.silent,
  });
}

/** Where the plan sets no limit, one exit among ten machines is not yet a share. */
function restartedMax({ restartedShareMax }: Gate, reachable: number): number {
  if (restartedShareMax !== undefined) return restartedShareMax * reachable;
  return Math.max(gateDefaults.restartedShareMax * reachable, reachable >= 10 ? 1 : 0);
}

function exceedsLimits(stage: StageFacts, failures: number, gate: Gate): boolean {
  if (failures > gate.failuresMax || failures > gate.failureShareMax * reachableOf(stage))
    return true;
  const tried = reachableOf(stage) - inFlightOf(stage);
  return logTailBound(failures, tried, gate.failureShareMax) <= logEarlyChance;
}

/** failed: all of them; the others say of which kind, when there are any. */
function failureValues(stage: StageFacts): Values {
  const values: Values = {};
  const { goneDark, rolledBackOnMachine, overBudget } = stage;
  for (const [name, machines] of Object.entries({ goneDark, rolledBackOnMachine, overBudget }))
    if (machines > 0) values[name] = machines;
  const [top] = Object.entries(stage.failed).sort((a, b) => b[1] - a[1]);
  if (failedOf(stage) > 0 && top) values.mostOften = top[0];
  return values;
}

/**
 * Nothing was learned from a stage without machines. A small share of a small cluster may well have
 * none; a large one without any, or named machines that are not there, means that something is wrong.
 */
function stageIsEmpty(question: StageQuestion): StageVerdict | null {
  const { facts, stageIndex, release, cluster } = question;
  const stage = facts.stages[stageIndex]!;
  if (stage.targeted - stage.notEligible > 0) return null;
  if (acceptedOf(question, "emptyStage") > 0) return null;
  const { stages } = planOf(release, cluster.clusterId);
  const expected = stage.targeted > 0 ? 0 : facts.machines * shareOf(stages, stageIndex);
  const isNamed = stages[stageIndex]!.kind === "gray" && stage.targeted === 0;
  if (!isNamed && expected < expectedMachinesMin) return null;
  return inconclusive(question, "emptyStage", {});
}

/** The share of the ring that the stage adds. */
function shareOf(stages: readonly Stage[], stageIndex: number): number {
  const percentOf = (stage: Stage | undefined) =>
    stage?.kind === "batch" ? stage.upToPercent : stage?.kind === "full" ? 100 : 0;
  return (percentOf(stages[stageIndex]) - percentOf(stages[stageIndex - 1])) / 100;
}

function comparedWithControl(question: StageQuestion): StageVerdict | null {
  const verdict = compare(question);
  if (verdict?.kind !== "worse") return null;
  const { finding } = verdict;
  if (acceptedOf(question, finding.reason) > 0) return null;
  return failed(question, finding.reason, findingValues(finding));
}

function compare({ release, cluster, stageIndex, facts }: StageQuestion) {
  const stage = planOf(release, cluster.clusterId).stages[stageIndex]!;
  const control = stage.gate.control ?? gateDefaults.control;
  const { comparison } = facts;
  if (control.mode === "off" || !comparison) return null;
  // Named machines are no fair sample of the fleet.
  if (stage.kind === "gray" && comparison.basis === "level") return null;
  const { deadlineSeconds, soakSeconds } = stage.gate;
  return compareToControl(comparison, {
    ratioMax: control.ratioMax,
    watchSecondsMax: deadlineSeconds + soakSeconds + doubtSeconds(stage.gate),
  });
}

function notYetConverged(question: StageQuestion): StageVerdict | null {
  const { facts, stageIndex, nowMs } = question;
  const stage = facts.stages[stageIndex]!;
  if (isConverged(question, stage)) return null;
  const untilMs = deadlineMs(question);
  const values = { remaining: inFlightOf(stage), offline: stage.offline };
  const mayFail = !facts.frozen && question.release.stateReason?.code !== "person";
  if (!mayFail || nowMs < untilMs) return waiting(question, "machines", { ...values, untilMs });
  const unconverged = reachableOf(stage) - stage.healthy;
  return failed(question, "deadline", { ...values, unconverged });
}

/** Nobody reachable is no evidence. What a person has accepted will not converge any more. */
function isConverged(question: StageQuestion, stage: StageFacts): boolean {
  if (stage.targeted - stage.notEligible === 0) return true;
  const late = acceptedOf(question, "deadline");
  const failures = Math.min(acceptedOf(question, "failures"), failuresOf(stage));
  const enough = gateOf(question).convergedShareMin * reachableOf(stage);
  return (stage.healthy > 0 || late > 0) && stage.healthy + failures + late >= enough;
}

/** Time in which nothing could change does not count. */
export function deadlineMs({ release, cluster, stageIndex, facts }: StageDeadline): number {
  const { soakSeconds, deadlineSeconds } = planOf(release, cluster.clusterId).stages[stageIndex]!
    .gate;
  const converged = cluster.convergedAtMs === null ? 0 : cluster.convergedAtMs + soakSeconds * 1000;
  const sinceMs = Math.max(
    cluster.stageOpenedAtMs[stageIndex] ?? 0,
    cluster.marks.clockFromMs ?? 0,
    facts?.freezeEndedAtMs ?? 0,
    converged,
  );
  return sinceMs + deadlineSeconds * 1000;
}
type StageDeadline = Omit<StageQuestion, "facts" | "nowMs"> & { facts: ClusterFacts | null };

/** The evidence has to be so old, not the clock: a soak without facts is none. */
function stillSoaking(question: StageQuestion): StageVerdict | null {
  const { cluster, facts } = question;
  const { soakSeconds } = gateOf(question);
  if (watchedSeconds(cluster, facts.factsAtMs) >= soakSeconds) return null;
  return waiting(question, "soak", { untilMs: (cluster.convergedAtMs ?? 0) + soakSeconds * 1000 });
}

/** The soak is over, and the comparison says neither well nor unwell. */
function doubtful(question: StageQuestion): StageVerdict | null {
  const doubt = doubtOf(question);
  if (!doubt || acceptedOf(question, doubt.reason) > 0) return null;
  const { cluster, facts, nowMs } = question;
  const gate = gateOf(question);
  const sinceMs = Math.max(cluster.convergedAtMs ?? 0, cluster.marks.clockFromMs ?? 0);
  const untilMs = sinceMs + (gate.soakSeconds + doubtSeconds(gate)) * 1000;
  if (Math.min(facts.factsAtMs, nowMs) >= untilMs)
    return inconclusive(question, doubt.reason, doubt.values);
  return waiting(question, "inconclusive", { reason: doubt.reason, untilMs, ...doubt.values });
}

function doubtOf(question: StageQuestion): { reason: string; values: Values } | null {
  const verdict = compare(question);
  const isRequired = gateOf(question).control?.mode === "required";
  const isEmpty = reachableOf(question.facts.stages[question.stageIndex]!) === 0;
  if (!verdict || verdict.kind === "notComparable")
    return isRequired && !isEmpty ? { reason: "noControl", values: {} } : null;
  if (verdict.kind === "suspicious")
    return { reason: verdict.finding.reason, values: findingValues(verdict.finding) };
  if (verdict.kind !== "noSamples") return null;
  const { machineType, treatmentMachines } = verdict;
  return { reason: "noSamples", values: { machineType, treatmentMachines } };
}

const doubtSeconds = (gate: Gate) => Math.max(gate.soakSeconds, doubtSecondsMin);

function findingValues({ reason, ...finding }: Finding): Values {
  const round = (value: number) => Number(value.toPrecision(3));
  return { ...finding, treatment: round(finding.treatment), control: round(finding.control) };
}

function gateOf({ release, cluster, stageIndex }: StageQuestion): Gate {
  return planOf(release, cluster.clusterId).stages[stageIndex]!.gate;
}

function acceptedOf({ cluster, stageIndex }: StageQuestion, reason: string): number {
  return cluster.marks.accepted?.[acceptedKey(stageIndex, reason)] ?? 0;
}

function failed(question: StageQuestion, reason: GateFailureReason, values: Values): StageVerdict {
  return { kind: "failed", reason: reasonOf(question, "gateFailed", { reason, ...values }) };
}

function inconclusive(question: StageQuestion, reason: string, values: Values): StageVerdict {
  return {
    kind: "inconclusive",
    reason: reasonOf(question, "inconclusive", { reason, ...values }),
  };
}

function waiting(question: StageQuestion, code: string, values: Values): StageVerdict {
  return { kind: "waiting", reason: reasonOf(question, code, values) };
}

function reasonOf(question: StageQuestion, code: string, values: Values): Reason {
  const { release, cluster, stageIndex, facts } = question;
  const stage = facts.stages[stageIndex];
  const named = stageValues(release, cluster.clusterId, stageIndex);
  return { code, values: { ...named, ...(stage ? countValues(stage) : {}), ...values } };
}
