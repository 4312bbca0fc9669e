import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import { apiPath, getQuery, postJson } from "../api/queries.ts";
import {
  ClusterList,
  type CreateEnrollmentTokenRequest,
  EnrollmentTokenCreated,
} from "../contract/console-views.ts";

export function clustersQuery() {
  return queryOptions({
    ...getQuery(["clusters"], apiPath("/clusters"), ClusterList),
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
