import { z } from "zod";

const timeMs = z.number().int().nonnegative();

/** Which limit a release passed, and by what. */
export const ApprovalReason = z.object({
  /** share (per cent of the fleet's machines) · productionCluster (its id) · uninstall · ifritAgent */
  code: z.enum(["share", "productionCluster", "uninstall", "ifritAgent"]),
  value: z.union([z.string(), z.number()]),
});
export type ApprovalReason = z.infer<typeof ApprovalReason>;

/** GET /api/v1/approvals?state → { approvals }, newest first */
export const ApprovalView = z.object({
  releaseId: z.number().int(),
  agentName: z.string(),
  version: z.string().nullable(),
  reasons: z.array(ApprovalReason),
  /** withdrawn: the release was aborted while it waited. */
  state: z.enum(["waiting", "approved", "denied", "expired", "withdrawn"]),
  askedBy: z.string(),
  askedAtMs: timeMs,
  expiresAtMs: timeMs,
  decidedBy: z.string().nullable(),
  decidedAtMs: timeMs.nullable(),
  remark: z.string(),
  /** Whoever asks here may approve or deny it. */
  mayDecide: z.boolean(),
});
export type ApprovalView = z.infer<typeof ApprovalView>;
export const ApprovalList = z.object({ approvals: z.array(ApprovalView) });

/** POST /api/v1/approvals/{release id}/approve or /deny → ApprovalView */
export const DecideReleaseRequest = z.object({ remark: z.string().trim().min(1).max(500) });
