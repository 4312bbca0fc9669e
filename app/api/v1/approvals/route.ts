import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { listApprovals } from "@/lib/approvals/list-approvals.ts";
import { ApprovalList } from "@/lib/contract/approval-views.ts";

export const GET = apiRoute(
  {
    summary: "Releases that need or needed a second person, newest first",
    permission: "read",
    query: z.object({ state: z.enum(["waiting", "all"]).default("waiting") }),
    answer: ApprovalList,
  },
  async ({ services, ctx, query }) => ({
    approvals: await listApprovals(services, ctx, { waiting: query.state === "waiting" }),
  }),
);
