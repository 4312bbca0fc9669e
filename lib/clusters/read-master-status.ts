import { readControl } from "../change-control/read-control.ts";
import { type MasterStatus, masterApiNumber } from "../contract/master-api.ts";
import { listClusters } from "../fleet-status/list-clusters.ts";
import { listArchives } from "../packages/list-archives.ts";
import { digestSignatures, listPackageSignatures } from "../packages/list-package-signatures.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import { serverVersion } from "../platform/version.ts";
import { listAppliedOrders } from "../releases/applied-orders.ts";
import { readOwnTrust } from "../signing/own-trust.ts";
import { digestOrders } from "./digest-orders.ts";

/** On the master's side: what it says of itself. @throws ProblemError not_found */
export async function readMasterStatus(
  services: Services,
  clusterId: string,
): Promise<MasterStatus> {
  const [cluster] = await listClusters(services, clusterId);
  if (!cluster) throw new ProblemError("not_found", `There is no cluster "${clusterId}".`);
  const archives = await listArchives(services);
  const { machines, desiredState } = cluster;
  const { root } = await readOwnTrust(services);
  const signatures = root ? await listPackageSignatures(services.db) : null;
  return {
    ...{ clusterId, nowMs: services.now(), machines, desiredState },
    packages: archives.filter(({ onDisk }) => onDisk).map(({ sha256 }) => sha256),
    ...(signatures ? { signaturesDigest: digestSignatures(signatures) } : {}),
    ordersDigest: digestOrders(await listAppliedOrders(services.db, clusterId)),
    control: await readControl(services, clusterId),
    ...{ api: masterApiNumber, version: serverVersion, scope: "orders" },
  };
}
