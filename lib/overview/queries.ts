import { queryOptions } from "@tanstack/react-query";
import { apiPath, getQuery } from "../api/queries.ts";
import { Overview } from "../contract/console-views.ts";

export function overviewQuery(filter: { cluster?: string | null }) {
  return queryOptions({
    ...getQuery(["overview", filter], apiPath("/overview", filter), Overview),
    refetchInterval: ({ state }) => (state.data?.runningReleases.length ? 3000 : 5000),
  });
}
