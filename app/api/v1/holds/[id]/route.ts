import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { releaseHold } from "@/lib/change-control/release-hold.ts";

export const DELETE = apiRoute(
  {
    summary: "End a hold before its time",
    permission: "machines.write",
    params: z.object({ id: z.coerce.number().int().positive() }),
    answer: null,
    status: 204,
  },
  async ({ services, ctx, params }) => releaseHold(services, ctx, params.id),
);
