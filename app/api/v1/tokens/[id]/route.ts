import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { revokeApiToken } from "@/lib/access/revoke-api-token.ts";

export const DELETE = apiRoute(
  {
    summary: "Revoke an API token of yours; administrators, anybody's",
    permission: "read",
    params: z.object({ id: z.coerce.number<string>().int().positive() }),
    answer: null,
    status: 204,
  },
  async ({ services, ctx, params }) => revokeApiToken(services, ctx, params.id),
);
