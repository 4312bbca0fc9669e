import type { DesiredAgent, PackageRef } from "@contract/desired-state.ts";
import type { Platform } from "@contract/platform.ts";
import { selfName } from "../version.ts";
import type { ActualAgent } from "./actual-agent.ts";
import { planSelf } from "./plan-self.ts";

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
  | { kind: "backOut"; name: string; version: string; because: string }
  | { kind: "start"; name: string }
  | { kind: "restart"; name: string; because: "liveness" | "otherVersion" }
  | { kind: "cleanUp"; name: string; versions: string[] };

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
  /** A guard stands ready to try another version of ifrit-agent. */
  guarded: boolean;
  /** Steps are under way: ifrit-agent does not replace itself meanwhile. */
  busy: boolean;
}

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

export function isQuarantined(
  actual: Pick<ActualAgent, "record">,
  version: string,
  releaseId: number,
): boolean {
  return actual.record.quarantine.some(
    (one) => one.version === version && one.releaseId >= releaseId,
  );
}

function keepRunning(
  { name, current, alive, run }: ActualAgent,
  conditions: PlanConditions,
): Step | null {
  if (current === null) return null;
  const drift = conditions.drifted.get(name);
  if (drift?.version === current.version) return { kind: "repair", name, ...drift };
  const because = conditions.overBudget.get(name);
  if (because !== undefined && alive && run?.version === current.version) {
    return { kind: "backOut", name, version: current.version, because };
  }
  if (!alive) return conditions.restartNotDue.has(name) ? null : { kind: "start", name };
  if (run?.version !== current.version) return { kind: "restart", name, because: "otherVersion" };
  return conditions.notLive.has(name) ? { kind: "restart", name, because: "liveness" } : null;
}

/** Current, previous and the wanted version stay (so nothing goes while what is wanted is not known); so does whatever a process still runs from. */
export function cleanUp(
  { name, current, installed, record, run, alive }: ActualAgent,
  desired: DesiredAgent,
): Step | null {
  const kept = new Set([
    current?.version,
    record.previous,
    desired.want === "present" ? desired.version : null,
    alive ? run?.version : null,
  ]);
  const versions = installed.map((one) => one.version).filter((version) => !kept.has(version));
  return versions.length > 0 ? { kind: "cleanUp", name, versions } : null;
}
