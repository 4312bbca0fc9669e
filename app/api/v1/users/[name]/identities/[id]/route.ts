import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { unlinkIdentity } from "@/lib/access/link-identity.ts";
import { Username } from "@/lib/access/username.ts";

export const DELETE = apiRoute(
  {
    summary: "Unlink a user from an identity of the provider; the user's sessions end",
    permission: "users.write",
    params: z.object({ name: Username, id: z.coerce.number<string>().int().positive() }),
    answer: null,
    status: 204,
  },
  async ({ services, ctx, params }) =>
    unlinkIdentity(services, ctx, { username: params.name, identityId: params.id }),
);
