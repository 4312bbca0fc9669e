import { apiRoute } from "@/lib/access/api-route.ts";
import { ChangeMachinesRequest, MachinesChanged } from "@/lib/contract/machine-views.ts";
import { changeMachines } from "@/lib/machines/change-machines.ts";

export const POST = apiRoute(
  {
    summary:
      "Accept, park, unpark or revoke all machines of a cluster that match, if they are `count`",
    permission: "machines.write",
    body: ChangeMachinesRequest,
    answer: MachinesChanged,
  },
  async ({ services, ctx, body }) => ({ changed: await changeMachines(services, ctx, body) }),
);
