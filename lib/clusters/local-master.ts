import type { MachineDetail, MachineList } from "../contract/console-views.ts";
import type { MasterMachinesQuery } from "../contract/master-api.ts";
import { listMachines, type MachineListQuery } from "../fleet-status/list-machines.ts";
import { machineDetail } from "../fleet-status/machine-detail.ts";
import { findMachines } from "../machines/find-machines.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import { applyEntries } from "../releases/apply-entries.ts";
import { previewCluster } from "../releases/preview-cluster.ts";
import { readClusterFacts } from "../releases/read-facts.ts";
import { selectGrayOfCluster } from "../releases/select-gray-of-cluster.ts";
import type { ClusterMaster } from "./cluster-master.ts";
import { readMasterStatus } from "./read-master-status.ts";

/** This deployment is the cluster's master: everything is in its own database. */
export function localMaster(services: Services, clusterId: string): ClusterMaster {
  const { db } = services;
  return {
    clusterId,
    url: null,
    async order(tx, { release, entriesChanged }) {
      if (entriesChanged) await applyEntries(tx, release, clusterId);
    },
    readFacts: (release) => readClusterFacts(services, release, clusterId),
    status: () => readMasterStatus(services, clusterId),
    preview: (plan, cluster) => previewCluster(services, plan, cluster),
    selectGray: (request) => selectGrayOfCluster(services, clusterId, request),
    findMachines: (machineIds) => findMachines(db, machineIds),
    listMachines: (query) => listOwnMachines(services, clusterId, query),
    readMachine: (machineId) => readOwnMachine(services, clusterId, machineId),
  };
}

/** The cursor is a machine's id. */
async function listOwnMachines(
  services: Services,
  clusterId: string,
  query: MasterMachinesQuery,
): Promise<MachineList> {
  const asked = { ...query, cluster: clusterId } as MachineListQuery;
  const { nextId, ...page } = await listMachines(services, asked);
  return { ...page, nextCursor: nextId };
}

async function readOwnMachine(
  services: Services,
  clusterId: string,
  machineId: string,
): Promise<MachineDetail> {
  const machine = await machineDetail(services, machineId);
  if (machine.clusterId !== clusterId)
    throw new ProblemError("not_found", `There is no machine ${machineId} in ${clusterId}.`);
  return machine;
}
