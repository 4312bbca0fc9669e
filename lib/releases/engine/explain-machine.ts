import type { AgentState, FailureReason } from "../../contract/agent-state.ts";
import type { DesiredAgent } from "../../contract/desired-state.ts";
import type { Stage } from "../../contract/release-plan.ts";
import type { ChangePermission } from "./change-permission.ts";
import type { Reason, Values } from "./release-record.ts";

/** How the machine's desired version came to it. */
export type Reach = {
  stages: readonly Stage[];
  stageOpenedAtMs: readonly number[];
  /** With scope batch: the machine's place on a ring of 100, from 1. */
  batchPercent: number | null;
};

export type MachineQuestion = {
  desired: DesiredAgent | null;
  actual: AgentState | null;
  /** null: the release's stages are not at hand; the sentence does without them. */
  reach: Reach | null;
  online: boolean;
  /** Asked only for a machine that differs; null: not asked. */
  permission: ChangePermission | null;
};

/**
 * Why a machine runs what it runs: "runs 1.4.0 because batch 3 of release 12 opened at …", or why
 * it does not yet run what it should: "does not change because of hold 3 until …". A code and values.
 *
 * runsAsOrdered · absentAsOrdered · notOrdered (nobody said anything about this agent: it is left
 * alone) · willChange · changing · failed · putBack (tried here; this release does not try it again) ·
 * notEligible · offline · blocked
 */
export function explainMachine(question: MachineQuestion): Reason {
  const { desired, actual, online, permission } = question;
  const version = actual?.version ?? "";
  if (!desired) return { code: "notOrdered", values: { version } };
  const values = { ...becauseOf(desired, question.reach), version };
  if (isThere(desired, actual))
    return { code: desired.want === "present" ? "runsAsOrdered" : "absentAsOrdered", values };
  const wants: Values = { ...values, wanted: desired.want === "present" ? desired.version : "" };
  const stopped = stoppedOnMachine(desired, actual);
  if (stopped) return { code: stopped.code, values: { ...wants, ...stopped.values } };
  if (!online) return { code: "offline", values: wants };
  const blocked = blockedBy(permission, desired.name);
  if (blocked) return { code: "blocked", values: { ...wants, ...blocked } };
  return { code: isUnderWay(actual) ? "changing" : "willChange", values: wants };
}

/** releaseId, scope, and of the stage that brought it: stage (from 1), upToPercent, openedAtMs. */
function becauseOf(desired: DesiredAgent, reach: Reach | null): Values {
  const values: Values = { releaseId: desired.releaseId, scope: desired.scope };
  const index = reach ? stageOf(desired.scope, reach) : -1;
  const stage = reach?.stages[index];
  if (!stage) return { ...values, openedAtMs: desired.releasedAtMs };
  values.stage = index + 1;
  if (stage.kind === "batch") values.upToPercent = stage.upToPercent;
  values.openedAtMs = reach?.stageOpenedAtMs[index] ?? desired.releasedAtMs;
  return values;
}

/** The first stage that reaches the machine. */
function stageOf(scope: DesiredAgent["scope"], { stages, batchPercent }: Reach): number {
  if (scope === "batch")
    return stages.findIndex(
      (stage) =>
        stage.kind === "batch" && batchPercent !== null && batchPercent <= stage.upToPercent,
    );
  const kind = scope === "gray" ? "gray" : "full";
  return stages.findIndex((stage) => stage.kind === kind);
}

function isThere(desired: DesiredAgent, actual: AgentState | null): boolean {
  if (desired.want === "absent") return actual === null || actual.version === null;
  return actual?.version === desired.version && actual.phase === "running";
}

function stoppedOnMachine(desired: DesiredAgent, actual: AgentState | null): Reason | null {
  if (actual?.phase === "notEligible") return { code: "notEligible", values: {} };
  const { failure } = actual ?? {};
  const isThisVersion = desired.want === "absent" || failure?.version === desired.version;
  if (!failure || !isThisVersion) return null;
  const isPutBack =
    desired.want === "present" &&
    actual?.version !== desired.version &&
    actual?.releaseId === desired.releaseId &&
    quarantines.includes(failure.reason);
  return {
    code: isPutBack ? "putBack" : "failed",
    values: { reason: failure.reason, message: failure.message },
  };
}

/** After these ifrit-agent leaves the version alone until a later release asks for it; others it tries again. */
const quarantines: readonly FailureReason[] = [
  ...(["start_failed", "exited_early", "liveness_failed", "hook_failed", "crash_loop"] as const),
  ...(["over_budget", "rollback_unavailable", "archive_invalid", "quarantined"] as const),
];

/** because: one of changeBlockedCodes, with its values. */
function blockedBy(permission: ChangePermission | null, agentName: string): Values | null {
  if (!permission) return null;
  const blocked = permission.allowed
    ? permission.blocked.find((one) => one.agentName === agentName)
    : permission;
  return blocked ? { because: blocked.code, ...blocked.values } : null;
}

function isUnderWay(actual: AgentState | null): boolean {
  const phases = ["downloading", "verifying", "switching", "watching", "removing"];
  return actual !== null && phases.includes(actual.phase);
}
