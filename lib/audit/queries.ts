import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { apiPath, requestJson } from "../api/queries.ts";
import { AuditList } from "../contract/console-views.ts";

export type AuditFilter = {
  actor?: string | null;
  action?: string | null;
  subject?: string | null;
  cursor?: string | null;
  limit?: number;
};

export function auditQuery(filter: AuditFilter) {
  return queryOptions({
    queryKey: ["audit", filter],
    queryFn: ({ signal }) => requestJson(apiPath("/audit", filter), AuditList, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });
}

/** All that match, not only this page. */
export function auditCsvPath(filter: AuditFilter): string {
  return apiPath("/audit", { ...filter, cursor: null, format: "csv" });
}
