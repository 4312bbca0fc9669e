import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { apiPath, getQuery } from "../api/queries.ts";
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
    ...getQuery(["audit", filter], apiPath("/audit", filter), AuditList),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });
}

/** All that match, not only this page. */
export function auditCsvPath(filter: AuditFilter, format: "csv" | "ndjson" = "csv"): string {
  return apiPath("/audit", { ...filter, cursor: null, format });
}
