import { apiRoute } from "@/lib/access/api-route.ts";
import { describeConfig } from "@/lib/access/describe-config.ts";
import { ConfigView } from "@/lib/contract/access-views.ts";

export const GET = apiRoute(
  {
    summary: "The configuration in force: grants, limits, and what is wrong with the file",
    permission: "read",
    answer: ConfigView,
  },
  async ({ services }) => describeConfig(services),
);
