import type { DesiredAgent, PackageRef } from "@contract/desired-state.ts";
import { selfName } from "../version.ts";
import type { ActualAgent } from "./actual-agent.ts";
import { cleanUp } from "./clean-up.ts";
import { isQuarantined } from "./is-quarantined.ts";
import { planSelf } from "./plan-self.ts";
import type { PlanConditions, Step } from "./step.ts";
import { failsTrial, trialTicks } from "./trial.ts";

export function planSteps(
  actual: readonly ActualAgent[],
  desired: readonly DesiredAgent[],
  conditions: PlanConditions,
): Step[] {
  const wanted = new Map(desired.map((agent) => [agent.name, agent]));
  const steps = actual
    .map((agent) => {
      const plan = agent.name === selfName ? planSelf : nextStep;
      return plan(agent, wanted.get(agent.name) ?? null, conditions);
    })
    .filter((step) => step !== null);
  const alone = steps.length === 1 && !conditions.busy;
  return steps.filter((step) => step.kind !== "handOver" || alone);
}

function nextStep(
  actual: ActualAgent,
  desired: DesiredAgent | null,
  conditions: PlanConditions,
): Step | null {
  const upkeep = !conditions.upkeepNotDue.has(actual.name);
  if (actual.record.change !== null) return upkeep ? finishChange(actual) : null;
  return (
    (desired === null ? null : beginChange(actual, desired, conditions)) ??
    (upkeep ? (keepRunning(actual, conditions) ?? (desired && cleanUp(actual, desired))) : null)
  );
}

/** A switch that was interrupted is finished before anything else, whatever is desired by now. */
function finishChange({ name, record, current }: ActualAgent): Step | null {
  const { change } = record;
  if (change === null) return null;
  if (change.rollingBack !== null) return { kind: "resumeRollback", name };
  return current?.version === change.to
    ? { kind: "resumeWatch", name }
    : { kind: "abandonChange", name };
}

function beginChange(
  actual: ActualAgent,
  desired: DesiredAgent,
  conditions: PlanConditions,
): Step | null {
  const { name, current } = actual;
  const { releaseId } = desired;
  const mayChange = conditions.mayChange && !conditions.changeNotDue.has(name);
  if (desired.want === "absent") {
    return actual.onDisk && mayChange ? { kind: "uninstall", name, releaseId } : null;
  }
  const wanted = desired.packages[conditions.platform];
  if (wanted === undefined) return null;
  const { version } = desired;
  if (current?.version === version) return settle(actual, wanted, releaseId);
  if (isQuarantined(actual, version, releaseId) || !mayChange) return null;
  const unpacked = actual.installed.some(
    (one) => one.version === version && one.sha256 === wanted.sha256,
  );
  return unpacked
    ? { kind: "switch", name, from: current?.version ?? null, to: version, releaseId }
    : { kind: "install", name, version, releaseId, package: wanted };
}

/** The wanted version is in place: at most the record has something to learn. */
function settle(
  { name, current, record, alive }: ActualAgent,
  wanted: PackageRef,
  releaseId: number,
): Step | null {
  if (current === null) return null;
  if (current.sha256 !== wanted.sha256) {
    const known =
      record.failure?.reason === "digest_mismatch" && record.failure.version === current.version;
    return known ? null : { kind: "noteConflict", name, version: current.version };
  }
  const ownFailure = record.failure?.version === current.version && !alive;
  const settled = record.releaseId === releaseId && (record.failure === null || ownFailure);
  return settled ? null : { kind: "adoptRelease", name, releaseId };
}

function keepRunning(actual: ActualAgent, conditions: PlanConditions): Step | null {
  const { name, current, alive, run } = actual;
  if (current === null) return null;
  const drift = conditions.drifted.get(name);
  if (drift?.version === current.version) return { kind: "repair", name, ...drift };
  const because = conditions.overBudget.get(name);
  if (because !== undefined && alive && run?.version === current.version) {
    return { kind: "backOut", name, version: current.version, reason: "over_budget", because };
  }
  const failed = endTrial(actual, conditions);
  if (failed !== null) return failed;
  if (!alive) return conditions.restartNotDue.has(name) ? null : { kind: "start", name };
  if (run?.version !== current.version) return { kind: "restart", name, because: "otherVersion" };
  if (run.afterStartDue) return { kind: "finishStart", name };
  return conditions.notLive.has(name) ? { kind: "restart", name, because: "liveness" } : null;
}

/** Back to the version before, unless it has turned out that this cannot be. */
function endTrial(actual: ActualAgent, conditions: PlanConditions): Step | null {
  const { name, current, record, run, alive } = actual;
  const fails = failsTrial(actual, conditions.notLive.has(name), conditions.bootTicks);
  if (!fails || current === null || record.failure?.reason === "rollback_unavailable") return null;
  const { version } = current;
  const faults = `${(run?.restarts ?? 0) + 1} times within ${trialTicks / 6000} minutes after its switch`;
  return alive
    ? {
        ...{ kind: "backOut", name, version, reason: "liveness_failed" },
        because: `it has stopped answering or exited ${faults}`,
      }
    : {
        ...{ kind: "backOut", name, version, reason: "crash_loop" },
        because: `it has exited or stopped answering ${faults}`,
      };
}
