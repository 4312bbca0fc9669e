import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { changePolicy } from "@/lib/change-control/change-policy.ts";
import { setChangeRules } from "@/lib/change-control/set-change-rules.ts";
import { ChangePolicyView } from "@/lib/contract/change-control.ts";
import { ChangeRules } from "@/lib/contract/change-rules.ts";
import { ClusterId } from "@/lib/contract/names.ts";

const params = z.object({ id: ClusterId });

export const GET = apiRoute(
  {
    summary: "A cluster's change windows and limits, and the freezes that bind it",
    permission: "read",
    params,
    answer: ChangePolicyView,
  },
  async ({ services, params: { id } }) => changePolicy(services, id),
);

export const PUT = apiRoute(
  {
    summary: "Set a cluster's change windows and limits, as a whole",
    permission: "clusters.write",
    params,
    body: ChangeRules,
    answer: ChangePolicyView,
  },
  async ({ services, ctx, params: { id }, body }) => {
    await setChangeRules(services, ctx, id, body);
    return changePolicy(services, id);
  },
);
