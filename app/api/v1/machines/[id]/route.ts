import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { fleetMachine } from "@/lib/clusters/fleet-machine.ts";
import { MachineDetail } from "@/lib/contract/console-views.ts";
import { MachineId } from "@/lib/contract/names.ts";

export const GET = apiRoute(
  {
    summary: "A machine: what should run on it, what does, and why",
    permission: "read",
    params: z.object({ id: MachineId }),
    answer: MachineDetail,
  },
  async ({ services, params }) => fleetMachine(services, params.id),
);
