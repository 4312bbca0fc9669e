import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { decideRelease } from "@/lib/approvals/decide-release.ts";
import { ApprovalView, DecideReleaseRequest } from "@/lib/contract/approval-views.ts";

export const POST = apiRoute(
  {
    summary: "Approve a release that waits for a second person, or deny it",
    permission: "releases.approve",
    params: z.object({
      id: z.coerce.number<string>().int().positive(),
      decision: z.enum(["approve", "deny"]),
    }),
    body: DecideReleaseRequest,
    answer: ApprovalView,
  },
  async ({ services, ctx, params: { id, decision }, body }) =>
    decideRelease(services, ctx, { releaseId: id, decision, ...body }),
);
