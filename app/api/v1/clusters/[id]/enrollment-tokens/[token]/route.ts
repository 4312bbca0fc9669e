import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { revokeTokenAtMaster } from "@/lib/clusters/cluster-enrollment.ts";
import { ClusterId } from "@/lib/contract/names.ts";

export const DELETE = apiRoute(
  {
    summary: "Revoke an enrollment token: machines that it took in stay",
    permission: "machines.write",
    params: z.object({ id: ClusterId, token: z.coerce.number<string>().int().positive() }),
    answer: null,
    status: 204,
  },
  async ({ services, ctx, params }) =>
    revokeTokenAtMaster(services, ctx, { clusterId: params.id, tokenId: params.token }),
);
