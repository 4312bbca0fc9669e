import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { changeMachineAtMaster } from "@/lib/clusters/cluster-machines.ts";
import {
  ChangeMachineRequest,
  MachineStatusView,
  MachineVerb,
} from "@/lib/contract/machine-views.ts";
import { MachineId } from "@/lib/contract/names.ts";

export const POST = apiRoute(
  {
    summary: "Accept, park, unpark, revoke or renew a machine",
    permission: "machines.write",
    params: z.object({ id: MachineId, verb: MachineVerb }),
    body: ChangeMachineRequest,
    answer: MachineStatusView,
  },
  async ({ services, ctx, params: { id, verb }, body }) =>
    changeMachineAtMaster(services, ctx, { machineId: id, verb, remark: body.remark }),
);
