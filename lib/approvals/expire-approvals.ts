import { and, asc, eq, inArray, lte } from "drizzle-orm";
import { releaseApprovals } from "../../drizzle/schema/release-approvals.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { ProblemError } from "../platform/problem-error.ts";
import { systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { auditedState } from "../releases/audited-state.ts";
import { concludeApproval } from "../releases/conclude-approval.ts";
import { listWaitingForApproval } from "../releases/list-waiting-for-approval.ts";
import { lockRelease } from "../releases/release-rows.ts";

const atOnceMax = 100;
const ctx = systemContext("approvals", "scheduler");

/**
 * The job: a release that nobody decided on in time ends without having started. Any number of processes
 * may call it; the release's row is locked, so that each ends once, and never against a decision.
 */
export async function expireApprovals(services: Services): Promise<number[]> {
  const waiting = await listWaitingForApproval(services);
  if (waiting.length === 0) return [];
  const due = await services.db
    .select({ id: releaseApprovals.releaseId })
    .from(releaseApprovals)
    .where(
      and(
        eq(releaseApprovals.state, "waiting"),
        inArray(releaseApprovals.releaseId, waiting),
        lte(releaseApprovals.expiresAtMs, services.now()),
      ),
    )
    .orderBy(asc(releaseApprovals.releaseId))
    .limit(atOnceMax);
  const ended: number[] = [];
  for (const { id } of due)
    try {
      await expire(services, id);
      ended.push(id);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      services.log.info({ releaseId: id, why: error.message }, "an approval did not expire");
    }
  return ended;
}

/** @throws ProblemError conflict: somebody decided, or was quicker */
async function expire(services: Services, releaseId: number): Promise<void> {
  const nowMs = services.now();
  await auditedTransaction(services, ctx, async (tx, audit) => {
    const release = await lockRelease(tx, releaseId);
    const one = eq(releaseApprovals.releaseId, releaseId);
    const [approval] = await tx.select().from(releaseApprovals).where(one).for("update");
    if (approval?.state !== "waiting" || release.row.state !== "waitingForApproval")
      throw new ProblemError("conflict", "It was decided meanwhile.");
    const context = { services, tx, nowMs, ctx };
    const stored = await concludeApproval(context, release, { outcome: "expired", remark: "" });
    await tx.update(releaseApprovals).set({ state: "expired", decidedAtMs: nowMs }).where(one);
    await audit({
      ...{ action: "release.approval-expired", subjectKind: "release" },
      subjectId: String(releaseId),
      before: { ...auditedState(release.record), askedBy: approval.askedBy },
      after: { ...auditedState(stored.record), reasons: approval.reasons },
    });
  });
}
