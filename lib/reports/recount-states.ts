import { Counter } from "prom-client";
import { slotCount } from "../desired-state/slot.ts";
import { releaseLease, takeLease } from "../platform/lease.ts";
import { metrics } from "../platform/metrics.ts";
import { processWide } from "../platform/process-wide.ts";
import type { Services } from "../platform/services.ts";
import { type Recount, recountSlots } from "./recount-slots.ts";

/** 1/64 of the ring: 16,000 of a million machines. */
const slotsPerTransaction = 256;
/** A run ends after so long, so that reports need not wait for it. */
const runMsMax = 500;
/** Longer than the time between runs, so that one process goes on with what it began. */
const turnMs = 5 * 60_000;
const flushLeaseMs = 30_000;
const attempts = 5;
const attemptMs = 200;

type Positions = Map<string, number>;
const positionsByPool = new WeakMap<object, Positions>();

/**
 * The job that keeps the counts honest: goes round the ring of a cluster, some slots each time, counts
 * their machines anew and puts right what has drifted, which it logs as the error that it is. Small
 * clusters are done in one run; one of a million machines takes 64. null: another process is at it.
 * To be called in the cluster's turn to flush.
 */
export async function recountStates(
  services: Services,
  clusterId: string,
  holder: string,
): Promise<Recount | null> {
  const turn = await takeLease(services.db, `recount:${clusterId}`, holder, turnMs);
  if (!turn) return null;
  const lease = await takeFlushLease(services, clusterId, holder);
  if (!lease) return null;
  const positions = positionsByPool.get(services.pool) ?? new Map();
  positionsByPool.set(services.pool, positions);
  const sum: Recount = { machines: 0, moved: 0, corrected: 0 };
  const endMs = performance.now() + runMsMax;
  try {
    for (let done = 0; done < slotCount; done += slotsPerTransaction) {
      const from = positions.get(clusterId) ?? 0;
      const some = await recountSlots(services, lease, clusterId, {
        ...{ from, to: from + slotsPerTransaction },
      });
      for (const key of Object.keys(sum) as (keyof Recount)[]) sum[key] += some[key];
      positions.set(clusterId, (from + slotsPerTransaction) % slotCount);
      if (performance.now() > endMs) break;
    }
  } finally {
    await releaseLease(services.db, lease).catch(() => undefined);
    tellDrift(services, clusterId, sum);
  }
  return sum;
}

/** Another process may be flushing: that takes a moment, and this is in no hurry. */
async function takeFlushLease(services: Services, clusterId: string, holder: string) {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const lease = await takeLease(services.db, `flush:${clusterId}`, holder, flushLeaseMs);
    if (lease) return lease;
    await new Promise((resolve) => setTimeout(resolve, attemptMs));
  }
  return null;
}

function tellDrift({ log }: Services, clusterId: string, { moved, corrected }: Recount): void {
  if (moved + corrected === 0) return;
  const values = { clusterId, machines: moved, counts: corrected };
  log.error(values, "the counts of machines had drifted and were put right");
  driftCounter().inc({ cluster: clusterId }, moved + corrected);
}

function driftCounter(): Counter<"cluster"> {
  return processWide(
    "count-drift",
    () =>
      new Counter({
        name: "ifrit_count_drift_total",
        help: "Machines and counts that a recount found to be wrong, and put right.",
        labelNames: ["cluster"],
        registers: [metrics()],
      }),
  );
}
