import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { endSessions } from "@/lib/access/end-session.ts";
import { Username } from "@/lib/access/username.ts";

export const DELETE = apiRoute(
  {
    summary: "Sign a user out everywhere",
    permission: "users.write",
    params: z.object({ name: Username }),
    answer: null,
    status: 204,
  },
  async ({ services, ctx, params }) => endSessions(services, ctx, params.name),
);
