import type { DesiredAgent } from "@contract/desired-state.ts";
import type { ActualAgent } from "./actual-agent.ts";
import { cleanUp } from "./clean-up.ts";
import { isQuarantined } from "./is-quarantined.ts";
import type { PlanConditions, Step } from "./step.ts";

/**
 * The next step for ifrit-agent itself. It is installed like any agent; the switch is the guard's, and
 * neither absence nor a missing package ever takes it away.
 */
export function planSelf(
  actual: ActualAgent,
  desired: DesiredAgent | null,
  conditions: PlanConditions,
): Step | null {
  const { name, current, record } = actual;
  // On trial, or handed over: the guard decides.
  if (record.change !== null) return null;
  const wanted = desired?.want === "present" ? desired.packages[conditions.platform] : undefined;
  if (desired?.want !== "present" || wanted === undefined) return null;
  const { version, releaseId } = desired;
  if (current?.version === version) {
    const settled = record.releaseId === releaseId && record.failure === null;
    return settled ? cleanUp(actual, desired) : { kind: "adoptRelease", name, releaseId };
  }
  if (isQuarantined(actual, version, releaseId)) return null;
  if (!conditions.guarded) {
    return record.failure?.version === version ? null : { kind: "noteUnguarded", name, version };
  }
  if (!conditions.mayChange || conditions.changeNotDue.has(name)) return null;
  const unpacked = actual.installed.some(
    (one) => one.version === version && one.sha256 === wanted.sha256,
  );
  return unpacked
    ? { kind: "handOver", name, to: version, releaseId }
    : { kind: "install", name, version, releaseId, package: wanted };
}
