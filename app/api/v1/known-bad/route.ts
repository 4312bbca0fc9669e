import { apiRoute } from "@/lib/access/api-route.ts";
import {
  KnownBadList,
  KnownBadQuery,
  KnownBadView,
  MarkKnownBadRequest,
} from "@/lib/contract/known-bad.ts";
import { listKnownBad } from "@/lib/known-bad/list-known-bad.ts";
import { markKnownBad } from "@/lib/known-bad/mark-known-bad.ts";

export const GET = apiRoute(
  {
    summary: "Versions that are known to be bad; with lifted=true those that were, too",
    permission: "read",
    query: KnownBadQuery,
    answer: KnownBadList,
  },
  async ({ services, query: { agent, lifted } }) => ({
    marks: await listKnownBad(services, { agent, lifted: lifted === "true" }),
  }),
);

export const POST = apiRoute(
  {
    summary: "Mark a version, or an archive, as bad: no machine begins to change to it any more",
    permission: "releases.write",
    body: MarkKnownBadRequest,
    answer: KnownBadView,
    status: 201,
  },
  async ({ services, ctx, body }) => markKnownBad(services, ctx, body),
);
