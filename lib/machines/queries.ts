import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { apiPath, requestJson } from "../api/queries.ts";
import { MachineDetail, MachineList } from "../contract/console-views.ts";

export type MachineFilter = {
  cluster?: string | null;
  q?: string | null;
  type?: string | null;
  agent?: string | null;
  version?: string | null;
  phase?: string | null;
  connectivity?: string | null;
  cursor?: string | null;
  limit?: number;
};

export function machinesQuery(filter: MachineFilter) {
  return queryOptions({
    queryKey: ["machines", filter],
    queryFn: ({ signal }) => requestJson(apiPath("/machines", filter), MachineList, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });
}

export function machineQuery(id: string) {
  return queryOptions({
    queryKey: ["machine", id],
    queryFn: ({ signal }) =>
      requestJson(apiPath(`/machines/${encodeURIComponent(id)}`), MachineDetail, { signal }),
    refetchInterval: 5000,
  });
}
