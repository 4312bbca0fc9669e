import type { ReleaseEventKind } from "../../contract/release-vocabulary.ts";
import type { Reason, Values } from "./release-record.ts";

/** What people read in a release's history. The console fills the sentence of `kind` with the values. */
export type EngineEvent = { kind: ReleaseEventKind; values: Values };

type Step = { event: EngineEvent };
type InCluster = Step & { clusterId: string };
type AtStage = InCluster & { stageIndex: number };

/**
 * All that can happen to a release. `applyTransitions` says what each means for the record; beyond
 * that the caller adds desired entries for openStage (of the skipped stages too) and withdraws them
 * for rollBack (everywhere) and rollBackCluster. stageIndex counts from 0, an event's stage from 1.
 */
export type Transition =
  | (Step & { kind: "askForApproval" })
  | (Step & { kind: "start" })
  | (InCluster & { kind: "startCluster" })
  /** skipped: stages between the last open one and this, which a person chose not to wait for. */
  | (AtStage & { kind: "openStage"; skipped: number[]; atMs: number })
  | (AtStage & { kind: "markConverged"; atMs: number })
  | (AtStage & { kind: "passStage" })
  | (AtStage & { kind: "failGate"; reason: Reason })
  | (AtStage & { kind: "waitForPerson"; reason: Reason })
  | (AtStage & { kind: "accept"; reason: string; failures: number })
  | (InCluster & { kind: "clusterConverging" })
  | (InCluster & { kind: "clusterWaitingForVerification" })
  | (InCluster & { kind: "clusterVerified"; by: string })
  | (Step & { kind: "pause"; reason: Reason })
  | (Step & { kind: "continue"; atMs: number })
  | (Step & { kind: "rollBack"; reason: Reason })
  | (InCluster & { kind: "rollBackCluster"; reason: Reason })
  | (Step & { kind: "abort"; reason: Reason })
  | (Step & { kind: "complete" })
  /** Changes nothing; worth telling. */
  | (Step & { kind: "event" });

export type TransitionKind = Transition["kind"];
export type TransitionOf<K extends TransitionKind> = Extract<Transition, { kind: K }>;
