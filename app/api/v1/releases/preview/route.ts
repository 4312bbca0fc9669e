import { apiRoute } from "@/lib/access/api-route.ts";
import { ReleasePreview } from "@/lib/contract/console-views.ts";
import { ReleasePlan } from "@/lib/contract/release-plan.ts";
import { previewRelease } from "@/lib/releases/preview-release.ts";

export const POST = apiRoute(
  {
    summary: "What a plan would do, per cluster and stage",
    permission: "read",
    body: ReleasePlan,
    answer: ReleasePreview,
  },
  async ({ services, body }) => previewRelease(services, body),
);
