import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { optionalText, pageLimit, TextCursor, toCursor } from "@/lib/access/cursor.ts";
import { listFleetMachines } from "@/lib/clusters/list-fleet-machines.ts";
import { agentPhases } from "@/lib/contract/agent-state.ts";
import { MachineList } from "@/lib/contract/console-views.ts";
import { MachineType } from "@/lib/contract/machine-type.ts";

export const GET = apiRoute(
  {
    summary: "Machines that match, by id",
    permission: "read",
    query: z.object({
      ...{ cluster: optionalText, q: optionalText, agent: optionalText, version: optionalText },
      type: MachineType.optional(),
      phase: z.enum([...agentPhases, "unhealthy"]).optional(),
      connectivity: z.enum(["online", "offline", "pending"]).optional(),
      status: z.enum(["pending", "accepted", "parked", "revoked"]).optional(),
      cursor: TextCursor,
      limit: pageLimit(100),
    }),
    answer: MachineList,
  },
  async ({ services, query: { cursor, ...filter } }) => {
    const { nextId, ...page } = await listFleetMachines(services, { ...filter, afterId: cursor });
    return { ...page, nextCursor: toCursor(nextId) };
  },
);
