import type { ProgressCounts, StageProgress } from "@/lib/contract/console-views.ts";

/** What a machine can be doing in a release, in the order in which a bar shows it. */
export const progressParts = [
  "healthy",
  "watching",
  "switching",
  "downloading",
  "pending",
  "offline",
  "notEligible",
  "failed",
] as const satisfies readonly (keyof ProgressCounts)[];
export type ProgressPart = (typeof progressParts)[number];

export type BarSegment = { part: ProgressPart; machines: number };

/** The parts of one stage that have machines. */
export function barSegments(counts: ProgressCounts): BarSegment[] {
  return progressParts
    .map((part) => ({ part, machines: counts[part] }))
    .filter(({ machines }) => machines > 0);
}

/**
 * How wide each stage is drawn, as shares that add up to 1. Stages get room by the square root of
 * their machines, and never less than `least`: one gray machine stays visible beside a million.
 */
export function stageWidths(targeted: readonly number[], least = 0.06): number[] {
  if (targeted.length === 0) return [];
  const floor = Math.min(least, 1 / targeted.length);
  const weights = targeted.map((machines) => Math.sqrt(Math.max(machines, 0)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const free = 1 - floor * targeted.length;
  return weights.map((weight) => floor + free * (sum === 0 ? 1 / targeted.length : weight / sum));
}

/** Machines that are where they should be, of those that can get there now. */
export function doneShare(counts: ProgressCounts): number {
  const reachable = counts.targeted - counts.offline - counts.notEligible;
  return reachable <= 0 ? (counts.targeted === 0 ? 0 : 1) : Math.min(1, counts.healthy / reachable);
}

export type StagePosition = { stage: StageProgress; number: number };

/** The newest stage that is open, else the first that waits; null when there is none. */
export function currentStage(stages: readonly StageProgress[]): StagePosition | null {
  const open = stages.findLastIndex(({ status }) => status === "open" || status === "failed");
  const index = open === -1 ? stages.findIndex(({ status }) => status === "waiting") : open;
  const stage = stages[index];
  return stage ? { stage, number: index + 1 } : null;
}
