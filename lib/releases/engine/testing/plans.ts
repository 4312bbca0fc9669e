import { Gate, type ReleasePlan, type Stage } from "../../../contract/release-plan.ts";
import { applyTransitions } from "../apply-transitions.ts";
import type { ClusterFacts, ReleaseFacts, StageFacts } from "../facts.ts";
import { newReleaseRecord, type ReleaseRecord } from "../release-record.ts";
import { applyVerb, type VerbOrder } from "../verbs.ts";

export const minuteMs = 60_000;
export const t0 = Date.UTC(2026, 9, 1, 8);

export const gate = (changed: Partial<Gate> = {}): Gate => ({ ...Gate.parse({}), ...changed });

export const gray = (machineIds: string[], changed: Partial<Gate> = {}): Stage => ({
  kind: "gray",
  machineIds,
  gate: gate(changed),
});
export const batch = (upToPercent: number, changed: Partial<Gate> = {}): Stage => ({
  kind: "batch",
  upToPercent,
  gate: gate(changed),
});
export const full = (changed: Partial<Gate> = {}): Stage => ({ kind: "full", gate: gate(changed) });

export function planWith(
  stages: Stage[],
  changed: Partial<ReleasePlan> & { clusterIds?: string[] } = {},
): ReleasePlan {
  const { clusterIds = ["bj"], ...plan } = changed;
  return {
    ...{ agentName: "log-agent", version: "1.4.0", machineTypes: ["LINUX"] },
    ...{ onGateFailure: "pause", order: "sticky", note: "" },
    clusters: clusterIds.map((clusterId) => ({ clusterId, stages, verification: "person" })),
    ...plan,
  };
}

export function stageFacts(changed: Partial<StageFacts> = {}): StageFacts {
  const facts: StageFacts = {
    ...{ notEligible: 0, offline: 0, held: 0, pending: 0, downloading: 0, switching: 0 },
    ...{ watching: 0, healthy: 0, failed: {}, rolledBackOnMachine: 0, goneDark: 0 },
    ...{ overBudget: 0, restarted: 0, targeted: 0 },
    ...changed,
  };
  const { targeted: _, restarted: __, failed, ...counts } = facts;
  const all = [...Object.values(counts), ...Object.values(failed)];
  return { ...facts, targeted: changed.targeted ?? all.reduce((sum, count) => sum + count, 0) };
}

export function clusterFacts(
  factsAtMs: number,
  stages: Partial<StageFacts>[],
  changed: Partial<ClusterFacts> = {},
): ClusterFacts {
  return {
    ...{ factsAtMs, machines: 1000, comparison: null, frozen: null, freezeEndedAtMs: null },
    stages: stages.map(stageFacts),
    ...changed,
  };
}

export function factsOf(clusters: Record<string, ClusterFacts>): ReleaseFacts {
  return { clusters };
}

/** Applies a verb that must be allowed. */
export function ordered(release: ReleaseRecord, order: Omit<VerbOrder, "actor">, nowMs: number) {
  const outcome = applyVerb(release, { actor: "li", ...order }, nowMs);
  if (!outcome.allowed) throw new Error(`${order.verb}: ${outcome.reason}`);
  return applyTransitions(release, outcome.transitions);
}

/** Running, its first stage opened at t0. */
export function started(plan: ReleasePlan, nowMs = t0): ReleaseRecord {
  return ordered(newReleaseRecord(7, plan, nowMs), { verb: "start" }, nowMs);
}
