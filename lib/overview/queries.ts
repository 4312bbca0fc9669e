import { queryOptions } from "@tanstack/react-query";
import { apiPath, requestJson } from "../api/queries.ts";
import { Overview } from "../contract/console-views.ts";

export function overviewQuery(filter: { cluster?: string | null }) {
  return queryOptions({
    queryKey: ["overview", filter],
    queryFn: ({ signal }) => requestJson(apiPath("/overview", filter), Overview, { signal }),
    refetchInterval: ({ state }) => (state.data?.runningReleases.length ? 3000 : 5000),
  });
}
