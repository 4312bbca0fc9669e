import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { MachineDetail } from "@/lib/contract/console-views.ts";
import { MachineId } from "@/lib/contract/names.ts";
import { machineDetail } from "@/lib/fleet-status/machine-detail.ts";

export const GET = apiRoute(
  {
    summary: "A machine: what should run on it, what does, and why",
    permission: "read",
    params: z.object({ id: MachineId }),
    answer: MachineDetail,
  },
  async ({ services, params }) => machineDetail(services, params.id),
);
