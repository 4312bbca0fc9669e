import { queryOptions } from "@tanstack/react-query";
import { apiPath, getQuery, postJson } from "../api/queries.ts";
import { ApprovalList, ApprovalView } from "../contract/approval-views.ts";

/** What nobody has decided yet, or the newest of all. */
export function approvalsQuery(state: "waiting" | "all") {
  return queryOptions({
    ...getQuery(["approvals", state], apiPath("/approvals", { state }), ApprovalList),
    refetchInterval: 15_000,
  });
}

export function approvalQuery(releaseId: number) {
  return queryOptions({
    ...getQuery(["approval", releaseId], apiPath(`/approvals/${releaseId}`), ApprovalView),
    refetchInterval: 10_000,
  });
}

export function decideRelease(
  releaseId: number,
  decision: "approve" | "deny",
  remark: string,
): Promise<ApprovalView> {
  return postJson(apiPath(`/approvals/${releaseId}/${decision}`), ApprovalView, { remark });
}
