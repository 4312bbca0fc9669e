import { apiRoute } from "@/lib/access/api-route.ts";
import { freeze } from "@/lib/change-control/freeze.ts";
import { listFreezeViews } from "@/lib/clusters/freeze-views.ts";
import { CreateFreezeRequest, FreezeList, FreezeView } from "@/lib/contract/change-control.ts";

export const GET = apiRoute(
  { summary: "Freezes that stand", permission: "read", answer: FreezeList },
  async ({ services }) => ({ freezes: await listFreezeViews(services) }),
);

export const POST = apiRoute(
  {
    summary: "Freeze a cluster, or (clusterId null) all: nothing begins to change any more",
    permission: "clusters.write",
    body: CreateFreezeRequest,
    answer: FreezeView,
    status: 201,
  },
  async ({ services, ctx, body }) => freeze(services, ctx, body),
);
