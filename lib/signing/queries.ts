import { queryOptions } from "@tanstack/react-query";
import { apiPath, getQuery } from "../api/queries.ts";
import { TrustView } from "../contract/trust-views.ts";

export function trustQuery() {
  return queryOptions({
    ...getQuery(["trust"], apiPath("/trust"), TrustView),
    refetchInterval: 15_000,
  });
}
