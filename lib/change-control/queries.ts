import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import { apiPath, getQuery, postJson, requestNothing } from "../api/queries.ts";
import {
  type CreateHoldRequest,
  FreezeList,
  HoldList,
  HoldView,
} from "../contract/change-control.ts";

/** The freezes that stand, of all clusters. */
export function freezesQuery() {
  return queryOptions({
    ...getQuery(["freezes"], apiPath("/freezes"), FreezeList),
    staleTime: 5000,
    refetchInterval: 10_000,
  });
}

/** The holds that have not run out, of all machines. */
export function holdsQuery() {
  return queryOptions({
    ...getQuery(["holds"], apiPath("/holds"), HoldList),
    refetchInterval: 10_000,
  });
}

export function placeHold(request: z.input<typeof CreateHoldRequest>) {
  return postJson(apiPath("/holds"), HoldView, request);
}

export function endHold(id: number): Promise<void> {
  return requestNothing(apiPath(`/holds/${id}`), { method: "DELETE" });
}
