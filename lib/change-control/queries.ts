import { queryOptions } from "@tanstack/react-query";
import { apiPath, getQuery } from "../api/queries.ts";
import { FreezeList } from "../contract/change-control.ts";

/** The freezes that stand, of all clusters. */
export function freezesQuery() {
  return queryOptions({
    ...getQuery(["freezes"], apiPath("/freezes"), FreezeList),
    staleTime: 5000,
    refetchInterval: 10_000,
  });
}
