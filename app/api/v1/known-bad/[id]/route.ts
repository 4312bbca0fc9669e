import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { LiftKnownBadQuery } from "@/lib/contract/known-bad.ts";
import { liftKnownBad } from "@/lib/known-bad/lift-known-bad.ts";

export const DELETE = apiRoute(
  {
    summary: "Lift a mark: the version may be released again",
    permission: "releases.write",
    params: z.object({ id: z.coerce.number().int().positive() }),
    query: LiftKnownBadQuery,
    answer: null,
    status: 204,
  },
  async ({ services, ctx, params, query }) => liftKnownBad(services, ctx, params.id, query.remark),
);
