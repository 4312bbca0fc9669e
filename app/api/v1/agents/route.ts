import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { optionalText } from "@/lib/access/cursor.ts";
import { AgentList } from "@/lib/contract/console-views.ts";
import { listAgents } from "@/lib/fleet-status/list-agents.ts";

export const GET = apiRoute(
  {
    summary: "Agents, with the versions that machines have",
    permission: "read",
    query: z.object({ cluster: optionalText }),
    answer: AgentList,
  },
  async ({ services, query }) => ({ agents: await listAgents(services, query) }),
);
