import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { apiPath, getQuery, postJson } from "../api/queries.ts";
import {
  ReleaseDetail,
  ReleaseList,
  ReleasePreview,
  type ReleaseVerb,
} from "../contract/console-views.ts";
import type { ReleasePlan } from "../contract/release-plan.ts";
import type { ReleaseState } from "../contract/release-state.ts";

export type ReleaseFilter = {
  cluster?: string | null;
  agent?: string | null;
  state?: string | null;
  cursor?: string | null;
  limit?: number;
};

const lively = 2000;
const settled = 20_000;

export function isMoving(state: ReleaseState): boolean {
  return state === "running" || state === "paused";
}

export function releasesQuery(filter: ReleaseFilter) {
  return queryOptions({
    ...getQuery(["releases", filter], apiPath("/releases", filter), ReleaseList),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.releases.some((release) => isMoving(release.state)) ? lively * 2 : settled,
  });
}

/** Every two seconds while machines may be changing: also after a roll back or an abort. */
export function releaseQuery(id: number) {
  return queryOptions({
    ...getQuery(["release", id], apiPath(`/releases/${id}`), ReleaseDetail),
    refetchInterval: ({ state }) =>
      state.data && !isMoving(state.data.state) && !isSettling(state.data) ? settled : lively,
  });
}

function isSettling({ counts }: { counts: ReleaseDetail["counts"] }): boolean {
  return counts.pending + counts.downloading + counts.switching + counts.watching > 0;
}

export function previewRelease(plan: ReleasePlan): Promise<ReleasePreview> {
  return postJson(apiPath("/releases/preview"), ReleasePreview, plan);
}

/** The same for a release that has been ordered and waits. */
export function previewQuery(releaseId: number, plan: ReleasePlan) {
  return queryOptions({
    queryKey: ["release-preview", releaseId],
    queryFn: () => previewRelease(plan),
    staleTime: 60_000,
    retry: false,
  });
}

export function createRelease(request: {
  plan: ReleasePlan;
  previewId?: string;
}): Promise<ReleaseDetail> {
  return postJson(apiPath("/releases"), ReleaseDetail, request);
}

export function orderRelease(
  id: number,
  verb: ReleaseVerb,
  body: { clusterId?: string; remark?: string },
): Promise<ReleaseDetail> {
  return postJson(apiPath(`/releases/${id}/${verb}`), ReleaseDetail, body);
}
