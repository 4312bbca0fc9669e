import { desc, eq } from "drizzle-orm";
import { releaseApprovals } from "../../drizzle/schema/release-approvals.ts";
import type { ApprovalView } from "../contract/approval-views.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { loadRelease } from "../releases/release-rows.ts";
import { approvalView } from "./approval-view.ts";

const rowsMax = 100;

/** The newest, or the newest that nobody has decided. */
export async function listApprovals(
  services: Services,
  ctx: RequestContext,
  { waiting }: { waiting: boolean },
): Promise<ApprovalView[]> {
  const rows = await services.db
    .select()
    .from(releaseApprovals)
    .where(waiting ? eq(releaseApprovals.state, "waiting") : undefined)
    .orderBy(desc(releaseApprovals.releaseId))
    .limit(rowsMax);
  const nowMs = services.now();
  const views: ApprovalView[] = [];
  for (const row of rows)
    views.push(approvalView(row, await loadRelease(services.db, row.releaseId), ctx, nowMs));
  return waiting ? views.filter(({ state }) => state === "waiting") : views;
}
