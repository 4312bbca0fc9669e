import { z } from "zod";

/*
 * The closed lists behind the codes of console-views.ts: each has a sentence in every language, and a
 * test on the console's side compares.
 */

/** release_events.kind, with the values that its sentence is filled with. */
export const releaseEventKinds = [
  /** agent, version ("" when it is to be absent) */
  "created",
  "started",
  /** clusterId, stage (1 …), kind, upToPercent (batches only) */
  "stageOpened",
  /** clusterId, stage, kind, healthy, targeted */
  "stagePassed",
  /** clusterId, stage, reason, failed, targeted */
  "gateFailed",
  /** clusterId, healthy, targeted */
  "clusterConverged",
  /** clusterId, remark */
  "clusterVerified",
  /** clusterId, remark */
  "clusterRolledBack",
  /** remark */
  "paused",
  "continued",
  "continuedWithEverything",
  "rolledBack",
  "aborted",
  "completed",
] as const;
export const ReleaseEventKind = z.enum(releaseEventKinds);
export type ReleaseEventKind = z.infer<typeof ReleaseEventKind>;

/** What a release waits for; see WaitingFor. */
export const waitingForCodes = [
  /** clusterId, stage, remaining: machines have yet to change */
  "machines",
  /** clusterId, stage, untilMs */
  "soak",
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

/** Why a machine that a stage reaches would not change. */
export const skipReasons = ["alreadyThere", "noPackage"] as const;
export const SkipReason = z.enum(skipReasons);
export type SkipReason = z.infer<typeof SkipReason>;

/** A stage's gate did not hold. */
export const gateFailureReasons = ["failures", "deadline"] as const;
