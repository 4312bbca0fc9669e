import type { z } from "zod";
import { MachineDetail, MachineList, ReleasePreview } from "../contract/console-views.ts";
import { MasterFindAnswer, MasterGrayAnswer, MasterStatus } from "../contract/master-api.ts";
import type { Services } from "../platform/services.ts";
import { askMaster } from "./ask-master.ts";
import type { ClusterMaster } from "./cluster-master.ts";
import { writeClusterOrder } from "./cluster-orders.ts";
import { planOfCluster } from "./plan-of-cluster.ts";
import { findAccess } from "./remote-access.ts";
import { readStoredFacts } from "./remote-facts.ts";

const ClusterPreview = ReleasePreview.shape.clusters.element.omit({
  clusterId: true,
  clusterName: true,
});

/** Another deployment is the cluster's master. Orders and facts go by the exchange, not from here. */
export function remoteMaster(services: Services, clusterId: string, url: string): ClusterMaster {
  const ask = async <T>(
    answer: z.ZodType<T>,
    path: string,
    json?: unknown,
    timeoutMs?: number,
  ): Promise<T> => {
    const access = await findAccess(services, clusterId);
    const method = json === undefined ? "GET" : "POST";
    return askMaster(access, { method, path, answer, json, ...(timeoutMs ? { timeoutMs } : {}) });
  };
  return {
    clusterId,
    url,
    order: (tx, order) => writeClusterOrder(tx, clusterId, order),
    readFacts: (release) => readStoredFacts(services.db, release.id, clusterId),
    status: () => ask(MasterStatus, "status"),
    preview(plan, cluster) {
      const request = { plan: planOfCluster(plan, clusterId), cluster };
      return ask(ClusterPreview, "preview", request, previewMsMax);
    },
    selectGray: async (request) => (await ask(MasterGrayAnswer, "gray", request)).machineIds,
    async findMachines(machineIds) {
      if (machineIds.length === 0) return new Map();
      const { machines } = await ask(MasterFindAnswer, "machines/find", { machineIds });
      return new Map(machines.map((machine) => [machine.id, machine]));
    },
    listMachines: (query) => ask(MachineList, machinesPath(query)),
    readMachine: (machineId) => ask(MachineDetail, `machines/${encodeURIComponent(machineId)}`),
  };
}

/** Counting a million machines takes a while. */
const previewMsMax = 20_000;

export function machinesPath(query: Record<string, string | number | undefined>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return `machines?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}
