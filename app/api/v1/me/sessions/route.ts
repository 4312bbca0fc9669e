import { apiRoute } from "@/lib/access/api-route.ts";
import { endSessions } from "@/lib/access/end-session.ts";

export const DELETE = apiRoute(
  { summary: "Sign out everywhere, here too", permission: "read", answer: null, status: 204 },
  async ({ services, ctx }) => endSessions(services, ctx, ctx.actor.name),
);
