import { z } from "zod";

/*
 * The closed lists behind the codes of console-views.ts: each has a sentence in every language, and a
 * test on the console's side compares.
 */

/** release_events.kind, with the values that its sentence is filled with. */
export const releaseEventKinds = [
  /** agent, version ("" when it is to be absent) */
  "created",
  /** started by one, to be approved by another */
  "waitsForApproval",
  /** nobody decided in time: it ended, unstarted */
  "approvalExpired",
  "started",
  /** clusterId */
  "clusterStarted",
  /**
   * clusterId, stage (1 …), kind, upToPercent (batches only); skipped: stages that opened with it,
   * when a person did not wait for them; healthy, reachable, watchedSeconds of the stage before,
   * except for the first: "batch 3 opened: 412 of 412 healthy for 10 min".
   */
  "stageOpened",
  /** clusterId, stage, kind, healthy, reachable: enough have changed, the soak begins */
  "stageConverged",
  /** clusterId, stage, kind, healthy, reachable, targeted, watchedSeconds */
  "stagePassed",
  /** clusterId, stage, reason, failed, targeted; with reason cpu, memory or restarts what differed */
  "gateFailed",
  /** clusterId, stage: everything holds, a person opens the next stage */
  "waitsForPerson",
  /** clusterId, stage, reason, failed: a person continued in spite of them */
  "failuresAccepted",
  /** clusterId, remaining: the last stage has passed, these have yet to change */
  "clusterConverging",
  /** clusterId, healthy, targeted */
  "clusterConverged",
  /** clusterId, remark */
  "clusterVerified",
  /** clusterId, remark */
  "clusterRolledBack",
  /** remark; by the engine: because (a code of waitingForCodes) and that one's values */
  "paused",
  "continued",
  "continuedWithEverything",
  "rolledBack",
  "aborted",
  "completed",
  /** clusterId, sinceMs: the cluster's master does not answer; nothing moves on there */
  "masterUnreachable",
  /** clusterId, sinceMs: since when it had not */
  "masterReachable",
  /** clusterId, version, release: machines would fall back to it, but it is known to be bad, so they stay */
  "fallBackKnownBad",
] as const;
export const ReleaseEventKind = z.enum(releaseEventKinds);
export type ReleaseEventKind = z.infer<typeof ReleaseEventKind>;

/** What a release waits for; see WaitingFor. */
export const waitingForCodes = [
  /** clusterId, stage, remaining: machines have yet to change */
  "machines",
  /** clusterId, stage, untilMs */
  "soak",
  /** clusterId, stage, goneDark, othersSilent: machines fell silent, and others as well that it has not reached */
  "silence",
  /** clusterId, stage: a person opens the next stage */
  "person",
  /** clusterId: a person says that the cluster is well */
  "verification",
  /** somebody (actor) paused it */
  "paused",
  /** clusterId, stage, reason, failed: a gate did not hold */
  "gateFailed",
  /** clusterId: one cluster was rolled back */
  "clusterRolledBack",
  /** clusterId, reason (see noFactsReasons), ageSeconds: nothing is known that could be judged */
  "facts",
  /** clusterId, sinceMs: the cluster's master does not answer */
  "masterUnreachable",
  /** clusterId, reason and its values: nothing may change in the cluster now */
  "frozen",
  /** clusterId, stage, reason (see inconclusiveReasons): the evidence says neither well nor unwell */
  "inconclusive",
] as const;
export const WaitingForCode = z.enum(waitingForCodes);
export type WaitingForCode = z.infer<typeof WaitingForCode>;

/** Why a verb is not allowed now. */
export const verbRefusals = [
  "notStarted",
  "alreadyStarted",
  "alreadyPaused",
  "isPaused",
  "ended",
  "rolledBack",
  /** Running, and the next step is not a person's. */
  "notWaitingForPerson",
  /** The last stage of the cluster is open already. */
  "everythingIsOpen",
  "nothingToVerify",
  "nothingToRollBack",
] as const;
export const VerbRefusal = z.enum(verbRefusals);
export type VerbRefusal = z.infer<typeof VerbRefusal>;

/** Why a machine that a stage reaches would not change. A machine is counted under the first that fits. */
export const skipReasons = [
  "alreadyThere",
  "noPackage",
  /** The version is known to be bad in this cluster. */
  "knownBad",
  /** A hold leaves the machine out. */
  "held",
  /** The cluster is frozen. */
  "frozen",
] as const;
export const SkipReason = z.enum(skipReasons);
export type SkipReason = z.infer<typeof SkipReason>;

/** A stage's gate did not hold. */
export const gateFailureReasons = [
  "failures",
  "deadline",
  /** Failures in stages that had passed, taken together. */
  "lateFailures",
  /** Too many machines whose agent exited by itself after the change. */
  "restarts",
  /** Uses more than on the machines not yet changed. */
  "cpu",
  "memory",
] as const;
export const GateFailureReason = z.enum(gateFailureReasons);
export type GateFailureReason = z.infer<typeof GateFailureReason>;

/** Neither well nor unwell: a release pauses on these. */
export const inconclusiveReasons = [
  /** Machines were to be in the stage and none is. */
  "emptyStage",
  /** The deadline has passed and nothing is known. */
  "noFacts",
  /** Machines that run the new version send no samples. */
  "noSamples",
  /** There is nothing to compare with, and the plan demands it. */
  "noControl",
  /** It looks like more than the control group, but could be chance. */
  "cpu",
  "memory",
  "restarts",
] as const;
export const InconclusiveReason = z.enum(inconclusiveReasons);
export type InconclusiveReason = z.infer<typeof InconclusiveReason>;

/** What is wrong with a plan: the code of a problem's issue, with the values of its sentence. */
export const planIssueCodes = [
  /** clusterId: it stands in the plan twice */
  "clusterTwice",
  /** clusterId */
  "noCluster",
  /** agentName */
  "noAgent",
  /** agentName, version */
  "noVersion",
  /** agentName, version, platform, clusterIds: machines there take signed packages only */
  "notSigned",
  /** the same, and refusal: why its signature does not count any more */
  "signatureRefused",
  /** agentName, version, by, reason; clusterId: only there */
  "knownBad",
  /** machineId */
  "noMachine",
  /** machineId, clusterId: where it is */
  "machineElsewhere",
  /** machineId, status */
  "machineNotAccepted",
  /** machineId, machineType */
  "machineTypeLeftOut",
  /** clusterId: no machine is like what the gray stage asks for */
  "nobodySelected",
  /** clusterId, now, shown: so many machines would change, so many were shown */
  "moreWouldChange",
  /** clusterId, version ("": nothing), now, shown: so many would leave this version */
  "othersWouldChange",
  /** clusterId, machines: of the gray machines so many were not shown */
  "otherGray",
] as const;
export const PlanIssueCode = z.enum(planIssueCodes);
export type PlanIssueCode = z.infer<typeof PlanIssueCode>;

/** Why nothing is known of a cluster. */
export const noFactsReasons = [
  /** Its master did not answer. */
  "missing",
  /** Nobody was heard for a while, and its machines have yet to come back. */
  "returning",
  "tooOld",
  /** From before the stage opened. */
  "beforeStage",
  /** From the future: clocks disagree. */
  "ahead",
  /** Counts that do not add up. */
  "contradictory",
  /** Its master has another stage open than it was told. */
  "masterElsewhere",
] as const;
export const NoFactsReason = z.enum(noFactsReasons);
export type NoFactsReason = z.infer<typeof NoFactsReason>;
