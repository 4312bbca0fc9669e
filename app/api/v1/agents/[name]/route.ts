import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { optionalText } from "@/lib/access/cursor.ts";
import { fleetAgentDetail } from "@/lib/clusters/fleet-agents.ts";
import { AgentDetail } from "@/lib/contract/console-views.ts";
import { AgentName } from "@/lib/contract/names.ts";

export const GET = apiRoute(
  {
    summary: "An agent with its packages",
    permission: "read",
    params: z.object({ name: AgentName }),
    query: z.object({ cluster: optionalText }),
    answer: AgentDetail,
  },
  async ({ services, params, query }) => fleetAgentDetail(services, params.name, query.cluster),
);
