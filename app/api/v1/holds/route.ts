import { apiRoute } from "@/lib/access/api-route.ts";
import { hold } from "@/lib/change-control/hold.ts";
import { listHolds } from "@/lib/change-control/list-holds.ts";
import { CreateHoldRequest, HoldList, HoldView } from "@/lib/contract/change-control.ts";

export const GET = apiRoute(
  { summary: "Holds that have not run out", permission: "read", answer: HoldList },
  async ({ services }) => ({ holds: await listHolds(services) }),
);

export const POST = apiRoute(
  {
    summary: "Leave a machine, or all with some labels, out of changes for a while",
    permission: "machines.write",
    body: CreateHoldRequest,
    answer: HoldView,
    status: 201,
  },
  async ({ services, ctx, body }) => hold(services, ctx, body),
);
