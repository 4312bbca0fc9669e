import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import { apiPath, postJson, requestJson } from "../api/queries.ts";
import {
  ClusterList,
  type CreateEnrollmentTokenRequest,
  EnrollmentTokenCreated,
} from "../contract/console-views.ts";

export function clustersQuery() {
  return queryOptions({
    queryKey: ["clusters"],
    queryFn: ({ signal }) => requestJson(apiPath("/clusters"), ClusterList, { signal }),
    staleTime: 10_000,
    refetchInterval: 30_000,
  });
}

export function createEnrollmentToken(
  clusterId: string,
  request: z.input<typeof CreateEnrollmentTokenRequest>,
) {
  return postJson(
    apiPath(`/clusters/${encodeURIComponent(clusterId)}/enrollment-tokens`),
    EnrollmentTokenCreated,
    request,
  );
}
