import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { apiPath, getQuery, postJson } from "../api/queries.ts";
import { agentPhases } from "../contract/agent-state.ts";
import { MachineDetail, MachineList } from "../contract/console-views.ts";
import { MachineStatusView, type MachineVerb } from "../contract/machine-views.ts";

/** With an agent: where it stands; "unhealthy": it failed, or keeps exiting. */
export const machinePhases = ["unhealthy", ...agentPhases] as const;
export type MachinePhase = (typeof machinePhases)[number];

export type MachineFilter = {
  cluster?: string | null;
  q?: string | null;
  type?: string | null;
  agent?: string | null;
  /** "none": not installed. */
  version?: string | null;
  phase?: string | null;
  connectivity?: string | null;
  cursor?: string | null;
  limit?: number;
};

export function machinesQuery(filter: MachineFilter) {
  return queryOptions({
    ...getQuery(["machines", filter], apiPath("/machines", filter), MachineList),
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });
}

/** Where all that match are downloaded. */
export function machineCsvPath(filter: MachineFilter): string {
  const { cursor: _, limit: __, ...matching } = filter;
  return apiPath("/machines/export", { ...matching, format: "csv" });
}

export function machineQuery(id: string) {
  return queryOptions({
    ...getQuery(["machine", id], apiPath(`/machines/${encodeURIComponent(id)}`), MachineDetail),
    refetchInterval: 5000,
  });
}

/** The machines of a cluster, asked for often: somebody waits for a new one to turn up. */
export function arrivalsQuery(cluster: string, sinceMs: number) {
  return queryOptions({
    ...getQuery(
      ["arrivals", cluster, sinceMs],
      apiPath("/machines", { cluster, limit: 500 }),
      MachineList,
    ),
    refetchInterval: 2000,
    staleTime: 0,
  });
}

export function changeMachine(id: string, verb: MachineVerb, remark: string) {
  const path = apiPath(`/machines/${encodeURIComponent(id)}/${verb}`);
  return postJson(path, MachineStatusView, { remark });
}
