import type { Scope } from "../contract/desired-state.ts";
import type { MachineType } from "../contract/machine-type.ts";

/** A release's word on which machines should run (or drop) an agent. */
export type DesiredEntry = {
  releaseId: number;
  machineType: MachineType;
  agentName: string;
  scope: Scope;
  /** Only with scope gray. */
  machineId: string | null;
  /** Only with scope batch: batch 1 … batchCount. */
  batch: number | null;
  batchCount: number | null;
  /** Salts the ring that maps slots to batches; "" for the sticky one. */
  ringSalt: string;
  /** null: the agent is to be absent. */
  version: string | null;
  timestampMs: number;
};

const scopeRank = { gray: 2, batch: 1, default: 0 } as const satisfies Record<Scope, number>;

/**
 * Above zero when `a` wins over `b` for the same agent on the same machine: the newest timestamp;
 * on equal timestamps gray, then batch, then default; then the later release. The last two
 * comparisons only keep malformed data (one release with two answers) deterministic.
 */
export function compareEntries(a: DesiredEntry, b: DesiredEntry): number {
  return (
    a.timestampMs - b.timestampMs ||
    scopeRank[a.scope] - scopeRank[b.scope] ||
    a.releaseId - b.releaseId ||
    Number(a.version !== null) - Number(b.version !== null) ||
    compareText(a.version ?? "", b.version ?? "")
  );
}

export type Winners = Map<string, DesiredEntry>;

/** Adds entries to the winners so far, by agent name. The order of entries does not matter. */
export function resolveInto(winners: Winners, entries: readonly DesiredEntry[]): Winners {
  for (const entry of entries) {
    const held = winners.get(entry.agentName);
    if (!held || compareEntries(entry, held) > 0) winners.set(entry.agentName, entry);
  }
  return winners;
}

/** By code units: the same everywhere, unlike localeCompare. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
