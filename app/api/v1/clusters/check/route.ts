import { apiRoute } from "@/lib/access/api-route.ts";
import { checkMaster } from "@/lib/clusters/check-master.ts";
import { CheckMasterAnswer, CheckMasterRequest } from "@/lib/contract/cluster-views.ts";

export const POST = apiRoute(
  {
    summary: "Try a master for a cluster: would it do, and if not, what is wrong",
    permission: "clusters.write",
    body: CheckMasterRequest,
    answer: CheckMasterAnswer,
  },
  async ({ services, ctx, body }) => checkMaster(services, ctx, body),
);
