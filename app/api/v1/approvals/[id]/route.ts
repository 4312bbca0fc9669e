import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { readApproval } from "@/lib/approvals/read-approval.ts";
import { ApprovalView } from "@/lib/contract/approval-views.ts";

export const GET = apiRoute(
  {
    summary: "Why a release needs or needed a second person, and what became of it",
    permission: "read",
    params: z.object({ id: z.coerce.number<string>().int().positive() }),
    answer: ApprovalView,
  },
  async ({ services, ctx, params: { id } }) => readApproval(services, ctx, id),
);
