import type { FailureReason } from "@contract/agent-state.ts";
import type { PackageRef } from "@contract/desired-state.ts";
import type { Platform } from "@contract/platform.ts";

/** The next thing to do for one agent. A round does at most one step per agent, then looks again. */
export type Step =
  | { kind: "uninstall"; name: string; releaseId: number }
  | { kind: "install"; name: string; version: string; releaseId: number; package: PackageRef }
  | { kind: "switch"; name: string; from: string | null; to: string; releaseId: number }
  | { kind: "resumeWatch"; name: string }
  | { kind: "resumeRollback"; name: string }
  | { kind: "abandonChange"; name: string }
  | { kind: "adoptRelease"; name: string; releaseId: number }
  | { kind: "handOver"; name: string; to: string; releaseId: number }
  | { kind: "noteUnguarded"; name: string; version: string }
  | { kind: "noteConflict"; name: string; version: string }
  | { kind: "repair"; name: string; version: string; files: string[] }
  | { kind: "backOut"; name: string; version: string; reason: BackOutReason; because: string }
  | { kind: "finishStart"; name: string }
  | { kind: "start"; name: string }
  | { kind: "restart"; name: string; because: "liveness" | "otherVersion" }
  | { kind: "cleanUp"; name: string; versions: string[] };

export type BackOutReason = Extract<
  FailureReason,
  "over_budget" | "crash_loop" | "liveness_failed"
>;

export interface PlanConditions {
  platform: Platform;
  /** The master allows changes now. */
  mayChange: boolean;
  /** Names of agents whose last change failed a short while ago. */
  changeNotDue: ReadonlySet<string>;
  /** The same for the other steps: finishing a change, starting, cleaning up. */
  upkeepNotDue: ReadonlySet<string>;
  /** Names of agents that exited and wait for their restart. */
  restartNotDue: ReadonlySet<string>;
  /** Names of agents whose liveness probe failed too often. */
  notLive: ReadonlySet<string>;
  /** Versions whose files are not as in the package. */
  drifted: ReadonlyMap<string, { version: string; files: string[] }>;
  /** Agents that have used more than their budget for a while, with figures. */
  overBudget: ReadonlyMap<string, string>;
  /** Clock ticks since the machine booted. */
  bootTicks: number;
  /** A guard stands ready to try another version of ifrit-agent. */
  guarded: boolean;
  /** Steps are under way: ifrit-agent does not replace itself meanwhile. */
  busy: boolean;
}
