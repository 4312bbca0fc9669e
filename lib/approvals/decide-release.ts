import { eq } from "drizzle-orm";
import { releaseApprovals } from "../../drizzle/schema/release-approvals.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { wakeRebuild } from "../clusters/wake-rebuild.ts";
import type { ApprovalView } from "../contract/approval-views.ts";
import type { Transaction } from "../platform/database.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { auditedState } from "../releases/audited-state.ts";
import { concludeApproval } from "../releases/conclude-approval.ts";
import { refuseUnsigned } from "../releases/refuse-unsigned.ts";
import { type LoadedRelease, loadRelease, lockRelease } from "../releases/release-rows.ts";
import { approvalView, mayApprove } from "./approval-view.ts";
import { readApproval } from "./read-approval.ts";

export type Decision = { releaseId: number; decision: "approve" | "deny"; remark: string };

/**
 * A second person's word: the release starts, or ends unstarted. Never its author's, whatever the
 * author may do otherwise.
 * @throws ProblemError not_found, forbidden, conflict (decided, withdrawn or expired),
 * invalid_request (its packages may not be released any more)
 */
export async function decideRelease(
  services: Services,
  ctx: RequestContext,
  { releaseId, decision, remark }: Decision,
): Promise<ApprovalView> {
  const nowMs = services.now();
  // Keys may have changed since it was ordered, and whoever approves takes it for good.
  if (decision === "approve")
    await refuseUnsigned(services, (await loadRelease(services.db, releaseId)).row.plan);
  const state = decision === "approve" ? ("approved" as const) : ("denied" as const);
  const touched = await auditedTransaction(services, ctx, async (tx, audit) => {
    const release = await lockRelease(tx, releaseId);
    const approval = await findWaiting(tx, ctx, release, nowMs);
    const context = { services, tx, nowMs, ctx };
    const stored = await concludeApproval(context, release, {
      outcome: state,
      remark,
    });
    await tx
      .update(releaseApprovals)
      .set({ state, decidedBy: ctx.actor.name, decidedAtMs: nowMs, remark })
      .where(eq(releaseApprovals.releaseId, releaseId));
    await audit({
      action: state === "approved" ? "release.approved" : "release.denied",
      ...{ subjectKind: "release", subjectId: String(releaseId) },
      before: { ...auditedState(release.record), askedBy: approval.askedBy },
      after: { ...auditedState(stored.record), remark, reasons: approval.reasons },
    });
    return stored.touchedClusters;
  });
  for (const clusterId of touched) await wakeRebuild(services, clusterId);
  return readApproval(services, ctx, releaseId);
}

async function findWaiting(
  tx: Transaction,
  ctx: RequestContext,
  release: LoadedRelease,
  nowMs: number,
) {
  const { id } = release.row;
  const [row] = await tx.select().from(releaseApprovals).where(eq(releaseApprovals.releaseId, id));
  if (!row) throw new ProblemError("not_found", `Release ${id} needs no approval.`);
  if (!mayApprove(ctx, release))
    throw new ProblemError("forbidden", "Approvers of all its clusters decide on this release.");
  if (row.askedBy === ctx.actor.name)
    throw new ProblemError("forbidden", "Somebody other than its author decides on a release.");
  const { state } = approvalView(row, release, ctx, nowMs);
  if (state !== "waiting")
    throw new ProblemError("conflict", `Nobody waits for this decision any more: ${state}.`);
  return row;
}
