import { queryOptions } from "@tanstack/react-query";
import { apiPath, getQuery } from "../api/queries.ts";
import { KnownBadList } from "../contract/known-bad.ts";

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
