import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { rotateCredential } from "@/lib/clusters/cluster-credentials.ts";
import { ClusterId } from "@/lib/contract/names.ts";

export const POST = apiRoute(
  {
    summary: "Replace the credential by which a remote master is reached, without a gap",
    permission: "clusters.write",
    params: z.object({ id: ClusterId }),
    answer: null,
    status: 204,
  },
  async ({ services, ctx, params }) => rotateCredential(services, ctx, params.id),
);
