import { queryOptions } from "@tanstack/react-query";
import { apiPath, requestJson } from "../api/queries.ts";
import { Me } from "../contract/console-views.ts";

export function meQuery() {
  return queryOptions({
    queryKey: ["me"],
    queryFn: ({ signal }) => requestJson(apiPath("/me"), Me, { signal }),
    staleTime: 60_000,
  });
}
