import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { revokeCredential } from "@/lib/clusters/cluster-credentials.ts";
import { ClusterId } from "@/lib/contract/names.ts";

export const DELETE = apiRoute(
  {
    summary: "Revoke a credential of a cluster's master, at once",
    permission: "clusters.write",
    params: z.object({ id: ClusterId, credential: z.coerce.number<string>().int().positive() }),
    answer: null,
    status: 204,
  },
  async ({ services, ctx, params }) =>
    revokeCredential(services, ctx, params.id, params.credential),
);
