import { apiRoute } from "@/lib/access/api-route.ts";
import { countMachinesAtMaster } from "@/lib/clusters/cluster-machines.ts";
import {
  MachinesChangePreview,
  PreviewMachinesChangeRequest,
} from "@/lib/contract/machine-views.ts";

export const POST = apiRoute(
  {
    summary: "How many machines a verb would change",
    permission: "read",
    body: PreviewMachinesChangeRequest,
    answer: MachinesChangePreview,
  },
  async ({ services, ctx, body }) => countMachinesAtMaster(services, ctx, body),
);
