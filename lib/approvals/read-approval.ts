import { eq } from "drizzle-orm";
import { releaseApprovals } from "../../drizzle/schema/release-approvals.ts";
import type { ApprovalView } from "../contract/approval-views.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { loadRelease } from "../releases/release-rows.ts";
import { approvalView } from "./approval-view.ts";

/** @throws ProblemError not_found */
export async function readApproval(
  services: Services,
  ctx: RequestContext,
  releaseId: number,
): Promise<ApprovalView> {
  const [row] = await services.db
    .select()
    .from(releaseApprovals)
    .where(eq(releaseApprovals.releaseId, releaseId));
  if (!row) throw new ProblemError("not_found", `Release ${releaseId} needs no approval.`);
  return approvalView(row, await loadRelease(services.db, releaseId), ctx, services.now());
}
