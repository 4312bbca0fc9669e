import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { optionalText } from "@/lib/access/cursor.ts";
import { overviewOfFleet } from "@/lib/clusters/overview-of-fleet.ts";
import { Overview } from "@/lib/contract/console-views.ts";

export const GET = apiRoute(
  {
    summary: "The fleet at a glance",
    permission: "read",
    query: z.object({ cluster: optionalText }),
    answer: Overview,
  },
  async ({ services, query }) => overviewOfFleet(services, query.cluster),
);
