import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { pageLimit, TextCursor, toCursor } from "@/lib/access/cursor.ts";
import { listFleetMachines } from "@/lib/clusters/list-fleet-machines.ts";
import { MachineList } from "@/lib/contract/console-views.ts";
import { machineFilter } from "./machine-filter.ts";

export const GET = apiRoute(
  {
    summary: "Machines that match, by id",
    permission: "read",
    query: z.object({ ...machineFilter, cursor: TextCursor, limit: pageLimit(100) }),
    answer: MachineList,
  },
  async ({ services, query: { cursor, ...filter } }) => {
    const { nextId, ...page } = await listFleetMachines(services, { ...filter, afterId: cursor });
    return { ...page, nextCursor: toCursor(nextId) };
  },
);
