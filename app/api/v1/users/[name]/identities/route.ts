import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { linkIdentity } from "@/lib/access/link-identity.ts";
import { Username } from "@/lib/access/username.ts";
import { LinkIdentityRequest, UserView } from "@/lib/contract/access-views.ts";

export const POST = apiRoute(
  {
    summary: "Link a user to a subject of the identity provider",
    permission: "users.write",
    params: z.object({ name: Username }),
    body: LinkIdentityRequest,
    answer: UserView,
    status: 201,
  },
  async ({ services, ctx, params, body }) =>
    linkIdentity(services, ctx, { username: params.name, subject: body.subject }),
);
