import { z } from "zod";
import { AgentName, AgentVersion } from "./names.ts";

/**
 * Where a managed agent stands on one machine.
 * pending → downloading → verifying → switching → watching → running; or failed, stopped, removing.
 * "notEligible": there is no package for this platform. "backoff": it keeps exiting and is restarted
 * ever more slowly.
 */
export const agentPhases = [
  "pending",
  "downloading",
  "verifying",
  "switching",
  "watching",
  "running",
  "backoff",
  "failed",
  "notEligible",
  "removing",
] as const;
export const AgentPhase = z.enum(agentPhases);
export type AgentPhase = z.infer<typeof AgentPhase>;

/** Why a step failed: a closed list, so that failures can be counted by reason. */
export const failureReasons = [
  "download_failed",
  "digest_mismatch",
  "signature_invalid",
  "archive_invalid",
  "disk_full",
  "io_error",
  "start_failed",
  "exited_early",
  "liveness_failed",
  "stop_failed",
  "hook_failed",
  "user_unavailable",
  "crash_loop",
  "rollback_unavailable",
  "over_budget",
  "quarantined",
  "no_package",
  "internal",
] as const;
export const FailureReason = z.enum(failureReasons);
export type FailureReason = z.infer<typeof FailureReason>;

export const AgentState = z.object({
  name: AgentName,
  phase: AgentPhase,
  /** The version that `current` points to; null before the first install. */
  version: AgentVersion.nullable(),
  /** The version on its way in, when it differs from `version`. */
  targetVersion: AgentVersion.nullable(),
  /** The release that asked for the target (or current) version. */
  releaseId: z.number().int().positive().nullable(),
  pid: z.number().int().positive().nullable(),
  /** Milliseconds since the epoch, by the machine's clock. */
  startedAtMs: z.number().int().nonnegative().nullable(),
  /** Unwanted exits since this version was started first. */
  restarts: z.number().int().nonnegative(),
  /** Per cent of one core, with child processes, since the last report; null when not sampled. */
  cpuPercent: z.number().nonnegative().nullable(),
  rssBytes: z.number().int().nonnegative().nullable(),
  /** 0 … 100 while downloading. */
  downloadPercent: z.number().min(0).max(100).nullable(),
  /** With phase "running": what went wrong beside it, such as a hook that may fail. */
  failure: z
    .object({
      reason: FailureReason,
      message: z.string().max(1000),
      version: AgentVersion.nullable(),
    })
    .nullable(),
  /** When installed files were last found changed and put back, and which; absent when never. */
  lastRepair: z
    .object({ atMs: z.number().int().nonnegative(), message: z.string().max(1000) })
    .optional(),
});
export type AgentState = z.infer<typeof AgentState>;
