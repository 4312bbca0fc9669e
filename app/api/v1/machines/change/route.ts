import { apiRoute } from "@/lib/access/api-route.ts";
import { changeMachinesAtMaster } from "@/lib/clusters/cluster-machines.ts";
import { ChangeMachinesRequest, MachinesChanged } from "@/lib/contract/machine-views.ts";

export const POST = apiRoute(
  {
    summary:
      "Accept, park, unpark or revoke all machines of a cluster that match, if they are `count`",
    permission: "machines.write",
    body: ChangeMachinesRequest,
    answer: MachinesChanged,
  },
  async ({ services, ctx, body }) => changeMachinesAtMaster(services, ctx, body),
);
