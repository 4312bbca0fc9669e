import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { ClusterId } from "@/lib/contract/names.ts";
import { revokeEnrollmentToken } from "@/lib/machines/revoke-enrollment-token.ts";

export const DELETE = apiRoute(
  {
    summary: "Revoke an enrollment token: machines that it took in stay",
    permission: "machines.write",
    params: z.object({ id: ClusterId, token: z.coerce.number<string>().int().positive() }),
    answer: null,
    status: 204,
  },
  async ({ services, ctx, params }) =>
    revokeEnrollmentToken(services, ctx, { clusterId: params.id, tokenId: params.token }),
);
