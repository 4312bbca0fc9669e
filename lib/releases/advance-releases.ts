import { randomUUID } from "node:crypto";
import { and, asc, eq } from "drizzle-orm";
import { releaseClusters } from "../../drizzle/schema/release-clusters.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import {
  holdsLease,
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
import { applyStep } from "./apply-step.ts";
import { changeRelease } from "./change-release.ts";
import { type Accepted, decideStep, type Step } from "./decide-step.ts";
import { readOutcomes } from "./read-outcomes.ts";
import {
  clusterPlanOf,
  currentCluster,
  type LoadedRelease,
  loadRelease,
  lockRelease,
  type ReleaseClusterRow,
} from "./release-rows.ts";

const leaseMs = 30_000;
/** A small fleet passes several steps in one tick; the rest waits for the next one. */
const stepsMax = 8;
const waitsForPersonCode = "person";

/**
 * The job: every running release takes the steps that its facts allow. Any number of processes may
 * call it: a lease lets one work, and every write is made only while the lease is held and the
 * release is as it was when the facts were read.
 */
export async function advanceReleases(services: Services): Promise<Record<string, string>> {
  const holder = processWide("advance-holder", () => randomUUID());
  const lease = await takeLease(services.db, "advance", holder, leaseMs);
  if (!lease) return { outcome: "another process is at it" };
  try {
    return await advanceAll(services, lease);
  } finally {
    await releaseLease(services.db, lease).catch(() => undefined);
  }
}

async function advanceAll(services: Services, lease: Lease): Promise<Record<string, string>> {
  const running = await services.db
    .select({ id: releases.id })
    .from(releases)
    .where(eq(releases.state, "running"))
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
  const done: string[] = [];
  while (done.length < stepsMax) {
    const release = await loadRelease(services.db, id);
    const cluster = currentCluster(release);
    if (release.row.state !== "running" || !cluster) break;
    const outcomes = await readOutcomes(services, release, cluster.clusterId);
    const step = decideStep({
      ...{ plan: clusterPlanOf(release, cluster.clusterId), cluster, outcomes },
      ...{ accepted: acceptedIn(release, cluster), nowMs: services.now() },
    });
    if (!step || isKnown(release, step)) break;
    if (!(await takeStep(services, lease, release, cluster, step, outcomes))) break;
    done.push(step.kind);
  }
  return done.join(", ") || "nothing to do";
}

/** false: somebody changed the release meanwhile; the next tick looks again. */
async function takeStep(
  services: Services,
  lease: Lease,
  release: LoadedRelease,
  cluster: ReleaseClusterRow,
  step: Step,
  outcomes: Parameters<typeof applyStep>[3],
): Promise<boolean> {
  const { id, revision } = release.row;
  if (step.kind === "markConverged") return markConverged(services, lease, cluster, step.converged);
  try {
    await changeRelease(
      services,
      systemContext("advance", "scheduler"),
      async (tx) => {
        await requireLease(tx, lease);
        const locked = await lockRelease(tx, id);
        if (locked.row.revision !== revision)
          throw new ProblemError("conflict", "changed meanwhile");
        return locked;
      },
      (change) => applyStep(change, cluster.clusterId, step, outcomes),
    );
    return true;
  } catch (error) {
    if (error instanceof ProblemError && error.code === "conflict") return false;
    throw error;
  }
}

/** An observation and nobody's decision: it leaves no event and no audit row. */
async function markConverged(
  services: Services,
  lease: Lease,
  { releaseId, clusterId, stageIndex }: ReleaseClusterRow,
  converged: boolean,
): Promise<boolean> {
  const [result] = await services.db
    .update(releaseClusters)
    .set({ convergedAtMs: converged ? services.now() : null })
    .where(
      and(
        eq(releaseClusters.releaseId, releaseId),
        eq(releaseClusters.clusterId, clusterId),
        eq(releaseClusters.stageIndex, stageIndex),
        holdsLease(lease),
      ),
    );
  return result.affectedRows === 1;
}

function isKnown({ row }: LoadedRelease, step: Step): boolean {
  return step.kind === "waitForPerson" && row.stateReason?.code === waitsForPersonCode;
}

/** Failures that a person has seen and continued in spite of; see continueRelease. */
function acceptedIn({ row }: LoadedRelease, cluster: ReleaseClusterRow): Accepted | null {
  const { code, values } = row.stateReason ?? {};
  if (code !== "failuresAccepted" || values?.clusterId !== cluster.clusterId) return null;
  return { failed: Number(values.failed ?? 0), sinceMs: Number(values.sinceMs ?? 0) };
}
