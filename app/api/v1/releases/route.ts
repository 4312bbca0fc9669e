import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { IdCursor, optionalText, pageLimit, toCursor } from "@/lib/access/cursor.ts";
import { CreateReleaseRequest, ReleaseDetail, ReleaseList } from "@/lib/contract/console-views.ts";
import { ReleaseState } from "@/lib/contract/release-state.ts";
import { createRelease } from "@/lib/releases/create-release.ts";
import { listReleases } from "@/lib/releases/list-releases.ts";
import { releaseDetail } from "@/lib/releases/release-detail.ts";

const States = z
  .string()
  .transform((text) => text.split(",").filter((part) => part !== ""))
  .pipe(z.array(ReleaseState))
  .transform((states) => (states.length > 0 ? states : undefined));

export const GET = apiRoute(
  {
    summary: "Releases, newest first; state takes several, with commas",
    permission: "read",
    query: z.object({
      ...{ cluster: optionalText, agent: optionalText, state: States.optional() },
      ...{ cursor: IdCursor, limit: pageLimit(20) },
    }),
    answer: ReleaseList,
  },
  async ({ services, query: { cursor, state, ...filter } }) => {
    const page = await listReleases(services, { ...filter, states: state, beforeId: cursor });
    return { releases: page.releases, nextCursor: toCursor(page.nextId) };
  },
);

export const POST = apiRoute(
  {
    summary: "Create a release and start it",
    permission: "releases.write",
    body: CreateReleaseRequest,
    answer: ReleaseDetail,
    status: 201,
  },
  async ({ services, ctx, body }) => {
    const { id } = await createRelease(services, ctx, body);
    return releaseDetail(services, id);
  },
);
