import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { liftFreeze } from "@/lib/change-control/lift-freeze.ts";

export const DELETE = apiRoute(
  {
    summary: "Lift a freeze",
    permission: "clusters.write",
    params: z.object({ id: z.coerce.number().int().positive() }),
    answer: null,
    status: 204,
  },
  async ({ services, ctx, params }) => liftFreeze(services, ctx, params.id),
);
