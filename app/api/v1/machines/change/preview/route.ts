import { apiRoute } from "@/lib/access/api-route.ts";
import {
  MachinesChangePreview,
  PreviewMachinesChangeRequest,
} from "@/lib/contract/machine-views.ts";
import { countMachinesToChange } from "@/lib/machines/change-machines.ts";

export const POST = apiRoute(
  {
    summary: "How many machines a verb would change",
    permission: "read",
    body: PreviewMachinesChangeRequest,
    answer: MachinesChangePreview,
  },
  async ({ services, body }) => ({ count: await countMachinesToChange(services, body) }),
);
