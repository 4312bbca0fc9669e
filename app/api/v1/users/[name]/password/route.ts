import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { setPassword } from "@/lib/access/set-password.ts";
import { Username } from "@/lib/access/username.ts";
import { SetPasswordRequest } from "@/lib/contract/access-views.ts";

export const PUT = apiRoute(
  {
    summary: "Give another user a new password; all sessions of the user end",
    permission: "users.write",
    params: z.object({ name: Username }),
    body: SetPasswordRequest,
    answer: null,
    status: 204,
  },
  async ({ services, ctx, params, body }) =>
    setPassword(services, ctx, { username: params.name, ...body }),
);
