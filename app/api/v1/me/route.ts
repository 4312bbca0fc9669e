import { apiRoute } from "@/lib/access/api-route.ts";
import { describeMe } from "@/lib/access/describe-me.ts";
import { Me } from "@/lib/contract/console-views.ts";

export const GET = apiRoute(
  { summary: "Who is signed in", permission: "read", answer: Me },
  async ({ services, ctx }) => describeMe(services, ctx),
);
