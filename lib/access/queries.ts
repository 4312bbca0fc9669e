import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import { apiPath, getQuery, requestNothing } from "../api/queries.ts";
import { type ChangePasswordRequest, Me } from "../contract/console-views.ts";

export function meQuery() {
  return queryOptions({
    ...getQuery(["me"], apiPath("/me"), Me),
    staleTime: 60_000,
  });
}

export function changePassword(passwords: z.infer<typeof ChangePasswordRequest>): Promise<void> {
  return requestNothing(apiPath("/me/password"), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(passwords),
  });
}
