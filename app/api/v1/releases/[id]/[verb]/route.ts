import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { ReleaseDetail, ReleaseVerbRequest } from "@/lib/contract/console-views.ts";
import { orderRelease, VerbInPath } from "@/lib/releases/order-release.ts";
import { releaseDetail } from "@/lib/releases/release-detail.ts";

export const POST = apiRoute(
  {
    summary: "Start, pause, continue, continue-all, roll-back, abort or verify-cluster",
    permission: "releases.write",
    params: z.object({ id: z.coerce.number().int().positive(), verb: VerbInPath }),
    body: ReleaseVerbRequest,
    answer: ReleaseDetail,
  },
  async ({ services, ctx, params, body }) => {
    await orderRelease(services, ctx, { releaseId: params.id, verb: params.verb, ...body });
    return releaseDetail(services, params.id);
  },
);
