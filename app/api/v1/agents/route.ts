import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { optionalText } from "@/lib/access/cursor.ts";
import { listFleetAgents } from "@/lib/clusters/fleet-agents.ts";
import { AgentList } from "@/lib/contract/console-views.ts";

export const GET = apiRoute(
  {
    summary: "Agents, with the versions that machines have",
    permission: "read",
    query: z.object({ cluster: optionalText }),
    answer: AgentList,
  },
  async ({ services, query }) => listFleetAgents(services, query),
);
