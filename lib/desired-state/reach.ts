import { type DesiredEntry, resolveInto, type Winners } from "./resolve.ts";
import { batchCountMax, batchesOfSlots } from "./ring.ts";

type BatchEntry = DesiredEntry & { batch: number; batchCount: number };

/** One way to split the ring, with what its batches get, by the batch's number. */
type Split = { batches: Uint16Array; groupOfBatch: Map<number, string> };

/**
 * Which default and batch entries of one machine type reach a slot. A slot's signature names the
 * batch entries that do; slots with one signature have the same winners. A release that opened
 * batches 1 … 10 of 100 says the same in each of them, so these ten share one signature.
 */
export function winnersBySlot(entries: readonly DesiredEntry[]) {
  const defaults = resolveInto(
    new Map(),
    entries.filter((entry) => entry.scope === "default"),
  );
  const groups = new Map<string, BatchEntry[]>();
  const splits = [
    ...groupBy(entries.filter(isReachableBatch), (e) => `${e.batchCount} ${e.ringSalt}`).values(),
  ].map((split) => readSplit(split, groups));

  return {
    hasBatches: splits.length > 0,
    signatureOf(slot: number): string {
      let signature = "";
      for (const split of splits) {
        const group = split.groupOfBatch.get(split.batches[slot]!);
        if (group !== undefined) signature += `${group}\n`;
      }
      return signature;
    },
    /** A fresh map: the caller may add to it. */
    winnersOf(signature: string): Winners {
      const winners: Winners = new Map(defaults);
      for (const group of signature.split("\n"))
        if (group !== "") resolveInto(winners, groups.get(group)!);
      return winners;
    },
  };
}

function readSplit(entries: BatchEntry[], groups: Map<string, BatchEntry[]>): Split {
  const { batchCount, ringSalt } = entries[0]!;
  const groupOfBatch = new Map<number, string>();
  for (const own of groupBy(entries, (entry) => String(entry.batch)).values()) {
    const name = own.map(meaning).sort().join("|");
    groups.set(name, own);
    groupOfBatch.set(own[0]!.batch, name);
  }
  return { batches: batchesOfSlots(batchCount, ringSalt), groupOfBatch };
}

const meaning = (entry: DesiredEntry) =>
  `${entry.agentName} ${entry.version ?? ""} ${entry.releaseId} ${entry.timestampMs}`;

/** An entry for a batch that no ring has reaches nobody. */
function isReachableBatch(entry: DesiredEntry): entry is BatchEntry {
  const { scope, batch, batchCount } = entry;
  if (scope !== "batch" || batch === null || batchCount === null) return false;
  return batch >= 1 && batch <= batchCount && batchCount <= batchCountMax;
}

export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
