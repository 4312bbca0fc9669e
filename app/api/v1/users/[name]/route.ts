import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { changeUser } from "@/lib/access/change-user.ts";
import { Username } from "@/lib/access/username.ts";
import { ChangeUserRequest, UserView } from "@/lib/contract/access-views.ts";

export const PATCH = apiRoute(
  {
    summary: "Give a user another role, or disable the user",
    permission: "users.write",
    params: z.object({ name: Username }),
    body: ChangeUserRequest,
    answer: UserView,
  },
  async ({ services, ctx, params, body }) => changeUser(services, ctx, params.name, body),
);
