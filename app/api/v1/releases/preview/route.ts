import { apiRoute } from "@/lib/access/api-route.ts";
import { approvalReasons } from "@/lib/approvals/approval-reasons.ts";
import { ReleasePreview } from "@/lib/contract/console-views.ts";
import { ReleasePlan } from "@/lib/contract/release-plan.ts";
import { previewResolved } from "@/lib/releases/preview-release.ts";
import { resolveGray } from "@/lib/releases/resolve-gray.ts";

export const POST = apiRoute(
  {
    summary: "What a plan would do, per cluster and stage, and why it would need a second person",
    permission: "read",
    body: ReleasePlan,
    answer: ReleasePreview,
  },
  async ({ services, ctx, body }) => {
    const plan = await resolveGray(services, body);
    const preview = await previewResolved(services, body, plan);
    return { ...preview, approval: await approvalReasons(services, ctx, plan) };
  },
);
