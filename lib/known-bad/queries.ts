import { queryOptions } from "@tanstack/react-query";
import { apiPath, getQuery, postJson, requestNothing } from "../api/queries.ts";
import { KnownBadList, KnownBadView, type MarkKnownBadRequest } from "../contract/known-bad.ts";

/** What is known to be bad of an agent, with what was and is no longer. */
export function knownBadQuery(agent: string) {
  return queryOptions({
    ...getQuery(
      ["known-bad", agent],
      apiPath("/known-bad", { agent, lifted: "true" }),
      KnownBadList,
    ),
    refetchInterval: 10_000,
  });
}

export function markKnownBad(request: MarkKnownBadRequest): Promise<KnownBadView> {
  return postJson(apiPath("/known-bad"), KnownBadView, request);
}

export function liftKnownBad(id: number, remark: string): Promise<void> {
  return requestNothing(apiPath(`/known-bad/${id}`, { remark }), { method: "DELETE" });
}
