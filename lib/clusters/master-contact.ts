import { eq } from "drizzle-orm";
import { remoteMasters } from "../../drizzle/schema/remote-masters.ts";
import type { MasterStatus } from "../contract/master-api.ts";
import type { Database } from "../platform/database.ts";
import { type Lease, requireLease } from "../platform/lease.ts";
import type { Services } from "../platform/services.ts";
import { tellReleases } from "../releases/tell-releases.ts";
import { failuresUntilUnreachable } from "./failures-until-unreachable.ts";
import type { RemoteMaster } from "./remote-access.ts";

const firstDelayMs = 1_000;
const delayMsMax = 30_000;

/** What a release can be told of a master that does not answer; null: it does. */
export async function unreachableSince(
  db: Pick<Database, "select">,
  clusterId: string,
): Promise<number | null> {
  const [row] = await db
    .select({ failures: remoteMasters.failures, failingSinceMs: remoteMasters.failingSinceMs })
    .from(remoteMasters)
    .where(eq(remoteMasters.clusterId, clusterId));
  return row && row.failures >= failuresUntilUnreachable ? row.failingSinceMs : null;
}

/** Only the lease's holder notes anything: a process that slept meanwhile knows old news. */
export async function noteAnswer(
  services: Services,
  lease: Lease,
  { clusterId, failures, failingSinceMs, lags }: RemoteMaster,
  said: { status: MasterStatus; problem: string; askedAtMs: number },
): Promise<void> {
  const nowMs = services.now();
  const { status, problem, askedAtMs } = said;
  await services.db.transaction(async (tx) => {
    await requireLease(tx, lease);
    await tx
      .update(remoteMasters)
      .set({
        ...{ failures: 0, failingSinceMs: null, nextAttemptAtMs: 0, answeredAtMs: nowMs },
        ...{ problem: problem.slice(0, 300), status },
        ...lagsWith(lags, nowMs, nowMs - askedAtMs),
      })
      .where(eq(remoteMasters.clusterId, clusterId));
    if (failures < failuresUntilUnreachable) return;
    const values = { clusterId, sinceMs: failingSinceMs ?? nowMs };
    await tellReleases(tx, clusterId, { kind: "masterReachable", values }, nowMs);
  });
}

const lagEveryMs = 30_000;
const lagsMax = 120;

/** An hour of them. */
function lagsWith(
  lags: RemoteMaster["lags"],
  nowMs: number,
  lagMs: number,
): { lags?: [number, number][] } {
  const kept = lags ?? [];
  const [lastMs] = kept.at(-1) ?? [0];
  if (nowMs - lastMs < lagEveryMs && nowMs >= lastMs) return {};
  return { lags: [...kept, [nowMs, Math.max(0, lagMs)] as [number, number]].slice(-lagsMax) };
}

export async function noteSilence(
  services: Services,
  lease: Lease,
  { clusterId, failures: before, failingSinceMs }: RemoteMaster,
  problem: string,
): Promise<void> {
  const nowMs = services.now();
  const failures = before + 1;
  const sinceMs = failingSinceMs ?? nowMs;
  await services.db.transaction(async (tx) => {
    await requireLease(tx, lease);
    await tx
      .update(remoteMasters)
      .set({
        ...{ failures, failingSinceMs: sinceMs, problem: problem.slice(0, 300) },
        nextAttemptAtMs: nowMs + delayMs(failures),
      })
      .where(eq(remoteMasters.clusterId, clusterId));
    if (failures !== failuresUntilUnreachable) return;
    const values = { clusterId, sinceMs };
    await tellReleases(tx, clusterId, { kind: "masterUnreachable", values }, nowMs);
  });
  services.log.warn({ clusterId, failures, problem }, "a remote master does not answer");
}

/** Doubled each time, and jittered, so that a master that comes back is not met by all at once. */
function delayMs(failures: number): number {
  const full = Math.min(firstDelayMs * 2 ** (failures - 1), delayMsMax);
  return Math.round(full * (0.5 + Math.random() / 2));
}
