import { randomUUID } from "node:crypto";
import { and, asc, eq, notExists } from "drizzle-orm";
import { appliedOrders } from "../../drizzle/schema/applied-orders.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { publishPolicy } from "../change-control/publish-policy.ts";
import { wakeRebuild } from "../clusters/wake-rebuild.ts";
import type { AuditAction } from "../contract/audit-actions.ts";
import { markByGate } from "../known-bad/mark-by-gate.ts";
import type { Transaction } from "../platform/database.ts";
import {
  type Lease,
  LeaseLostError,
  releaseLease,
  requireLease,
  takeLease,
} from "../platform/lease.ts";
import { ProblemError } from "../platform/problem-error.ts";
import { processWide } from "../platform/process-wide.ts";
import { systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { auditedState } from "./audited-state.ts";
import { advance } from "./engine/advance.ts";
import type { ReleaseFacts } from "./engine/facts.ts";
import type { Transition, TransitionKind } from "./engine/transitions.ts";
import { readReleaseFacts } from "./read-release-facts.ts";
import { type LoadedRelease, loadRelease, lockRelease } from "./release-rows.ts";
import { toProgressCounts } from "./stage-facts.ts";
import { type Stored, storeTransitions } from "./store-transitions.ts";

const leaseMs = 30_000;
const ctx = systemContext("advance", "scheduler");

/**
 * The job: every running release takes the steps that its evidence allows. Any number of processes
 * may call it: a lease lets one work, and every write is made only while the lease is held and the
 * release is as it was when the facts were read.
 */
export async function advanceReleases(
  services: Services,
  holder: string = processWide("advance-holder", () => randomUUID()),
): Promise<Record<string, string>> {
  const lease = await takeLease(services.db, "advance", holder, leaseMs);
  if (!lease) return { outcome: "another process is at it" };
  try {
    return await advanceAll(services, lease);
  } finally {
    await releaseLease(services.db, lease).catch(() => undefined);
  }
}

/** A release that fails is logged and does not keep the others from their turn. */
async function advanceAll(services: Services, lease: Lease): Promise<Record<string, string>> {
  // Releases that were ordered from elsewhere are moved on there.
  const followed = services.db
    .select({ id: appliedOrders.releaseId })
    .from(appliedOrders)
    .where(eq(appliedOrders.releaseId, releases.id));
  const running = await services.db
    .select({ id: releases.id })
    .from(releases)
    .where(and(eq(releases.state, "running"), notExists(followed)))
    .orderBy(asc(releases.id));
  const outcomes: Record<string, string> = {};
  for (const { id } of running)
    try {
      outcomes[id] = await advanceRelease(services, lease, id);
    } catch (error) {
      if (error instanceof LeaseLostError) throw error;
      services.log.error({ err: error, releaseId: id }, "a release could not be advanced");
      outcomes[id] = "failed";
    }
  return outcomes;
}

async function advanceRelease(services: Services, lease: Lease, id: number): Promise<string> {
  const release = await loadRelease(services.db, id);
  const facts = await readReleaseFacts(services, release.record);
  const transitions = advance(release.record, facts, services.now());
  if (transitions.length === 0) return "nothing to do";
  try {
    const { touchedClusters } = await store(services, lease, release, facts, transitions);
    await publishPolicy(services);
    for (const clusterId of touchedClusters) await wakeRebuild(services, clusterId);
  } catch (error) {
    // Somebody was quicker; the next tick looks again.
    if (error instanceof ProblemError && error.code === "conflict") return "changed meanwhile";
    throw error;
  }
  return transitions.map(({ kind }) => kind).join(", ");
}

async function store(
  services: Services,
  lease: Lease,
  release: LoadedRelease,
  facts: ReleaseFacts,
  transitions: readonly Transition[],
): Promise<Stored> {
  const work = async (tx: Transaction) => {
    await requireLease(tx, lease);
    const { row } = await lockRelease(tx, release.row.id);
    if (row.revision !== release.row.revision)
      throw new ProblemError("conflict", "The release changed meanwhile.");
    const context = { services, tx, nowMs: services.now(), ctx, counts: countsOf(facts) };
    return storeTransitions(context, release, transitions);
  };
  const audited = transitions.filter(({ kind }) => actions[kind]);
  // An observation ("this stage has converged") is nobody's action.
  if (audited.length === 0) return services.db.transaction(work);
  return auditedTransaction(services, ctx, async (tx, audit) => {
    const stored = await work(tx);
    await markByGate(tx, audit, release.record, transitions, services.now());
    for (const transition of audited)
      await audit({
        action: actions[transition.kind] as AuditAction,
        ...{ subjectKind: "release", subjectId: String(release.row.id) },
        ...("clusterId" in transition ? { clusterId: transition.clusterId } : {}),
        before: auditedState(release.record),
        after: { ...auditedState(stored.record), because: transition.event },
      });
    return stored;
  });
}

const actions: Partial<Record<TransitionKind, AuditAction>> = {
  startCluster: "release.opened-to-cluster",
  openStage: "release.stage-opened",
  waitForPerson: "release.waits-for-person",
  clusterConverging: "release.cluster-converging",
  clusterWaitingForVerification: "release.cluster-converged",
  clusterVerified: "release.cluster-verified",
  pause: "release.paused",
  rollBack: "release.rolled-back",
  complete: "release.completed",
};

function countsOf({ clusters }: ReleaseFacts) {
  return new Map(
    Object.entries(clusters).flatMap(([clusterId, facts]) =>
      facts ? [[clusterId, facts.stages.map(toProgressCounts)] as const] : [],
    ),
  );
}
