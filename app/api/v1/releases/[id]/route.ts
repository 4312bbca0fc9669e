import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { ReleaseDetail } from "@/lib/contract/console-views.ts";
import { releaseDetail } from "@/lib/releases/release-detail.ts";

export const GET = apiRoute(
  {
    summary: "A release: plan, progress, events, failures and what may be done now",
    permission: "read",
    params: z.object({ id: z.coerce.number().int().positive() }),
    answer: ReleaseDetail,
  },
  async ({ services, params }) => releaseDetail(services, params.id),
);
