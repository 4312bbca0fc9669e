import type { DroppedReason } from "../contract/trust-views.ts";
import { processWide } from "../platform/process-wide.ts";

export type Dropped = { reason: DroppedReason; times: number; lastAtMs: number };

const kept = () => processWide("dropped-values", () => new Map<string, Map<string, Dropped>>());

/** Counted since the process began; the log has each one. */
export function noteDropped(clusterId: string, reason: DroppedReason, nowMs: number): void {
  const ofCluster = kept().get(clusterId) ?? new Map<string, Dropped>();
  kept().set(clusterId, ofCluster);
  const { times } = ofCluster.get(reason) ?? { times: 0 };
  ofCluster.set(reason, { reason, times: times + 1, lastAtMs: nowMs });
}

export function listDropped(clusterId: string): Dropped[] {
  return [...(kept().get(clusterId)?.values() ?? [])];
}
