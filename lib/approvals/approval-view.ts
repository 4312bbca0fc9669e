import type { releaseApprovals } from "../../drizzle/schema/release-approvals.ts";
import { isAllowed } from "../access/require-permission.ts";
import type { ApprovalReason, ApprovalView } from "../contract/approval-views.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { LoadedRelease } from "../releases/release-rows.ts";

type ApprovalRow = typeof releaseApprovals.$inferSelect;

export function approvalView(
  row: ApprovalRow,
  release: LoadedRelease,
  ctx: RequestContext,
  nowMs: number,
): ApprovalView {
  const { agentName, version } = release.row;
  const state = stateOf(row, release, nowMs);
  return {
    ...{ ...row, reasons: row.reasons as ApprovalReason[], agentName, version, state },
    mayDecide: state === "waiting" && row.askedBy !== ctx.actor.name && mayApprove(ctx, release),
  };
}

function stateOf(row: ApprovalRow, { row: { state } }: LoadedRelease, nowMs: number) {
  if (row.state !== "waiting") return row.state;
  if (state !== "waitingForApproval") return "withdrawn";
  return row.expiresAtMs <= nowMs ? "expired" : "waiting";
}

/** Everywhere that the release goes. */
export function mayApprove(ctx: RequestContext, { row }: LoadedRelease): boolean {
  const { agentName, plan } = row;
  return plan.clusters.every(({ clusterId }) =>
    isAllowed(ctx, "releases.approve", { clusterId, agentName }),
  );
}
