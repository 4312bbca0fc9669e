import { randomUUID } from "node:crypto";
import {
  AppliedOrders,
  MasterFactsAnswer,
  MasterOrderAnswer,
  MasterStatus,
  masterApiNumber,
} from "../contract/master-api.ts";
import { type Lease, releaseLease, takeLease } from "../platform/lease.ts";
import { ProblemError } from "../platform/problem-error.ts";
import { processWide } from "../platform/process-wide.ts";
import type { Services } from "../platform/services.ts";
import { listWatchedReleases, readMasterOrder } from "../releases/followed-releases.ts";
import { askMaster, type MasterAccess, MasterSilent } from "./ask-master.ts";
import { type ClusterOrderRow, listClusterOrders, noteDelivery } from "./cluster-orders.ts";
import { digestOrders } from "./digest-orders.ts";
import { dropPackages } from "./drop-packages.ts";
import { exchangeControl } from "./exchange-control.ts";
import { fetchFleet } from "./fetch-fleet.ts";
import { noteAnswer, noteSilence } from "./master-contact.ts";
import { listRemoteMasters, type RemoteMaster } from "./remote-access.ts";
import { storeFacts } from "./remote-facts.ts";

const leaseMs = 30_000;
/** Counting a million machines takes a while. */
const factsMsMax = 20_000;

/**
 * The job: with every remote master, what it has is compared with what it was ordered, what is missing
 * is delivered, and facts are fetched. Orders are level, not edge: an order that was lost, doubled or
 * forgotten by a restored database is seen here and delivered again. One master's silence costs the
 * others nothing but this tick.
 */
export async function exchangeWithMasters(services: Services): Promise<Record<string, string>> {
  const due = (await listRemoteMasters(services)).filter(
    ({ nextAttemptAtMs }) => nextAttemptAtMs <= services.now(),
  );
  const outcomes = await Promise.all(
    due.map(async (master) => [master.clusterId, await exchangeAlone(services, master)] as const),
  );
  return Object.fromEntries(outcomes);
}

async function exchangeAlone(services: Services, master: RemoteMaster): Promise<string> {
  const holder = processWide("exchange-holder", () => randomUUID());
  const lease = await takeLease(services.db, `master:${master.clusterId}`, holder, leaseMs);
  if (!lease) return "another process is at it";
  try {
    return await exchangeUnderLease(services, master, lease);
  } finally {
    await releaseLease(services.db, lease).catch(() => undefined);
  }
}

async function exchangeUnderLease(
  services: Services,
  master: RemoteMaster,
  lease: Lease,
): Promise<string> {
  try {
    const askedAtMs = services.now();
    const status = await askMaster(master.access, {
      ...{ method: "GET", path: "status", answer: MasterStatus },
    });
    if (status.api !== masterApiNumber)
      throw new MasterSilent(
        "version",
        `speaks another API (${status.api}): bring both to one version`,
      );
    // Before anything else: a stop must not wait for what is slow.
    const control = await exchangeControl(services, master.access, status);
    const problem = await reconcile(services, master.access, status);
    await deliver(services, master.access, status);
    await fetchFacts(services, master.access, status);
    const said = { status: { ...status, control }, problem, askedAtMs };
    await noteAnswer(services, lease, master, said);
    await fetchFleet(services, master);
    await dropPackages(services, master.access, status);
    return problem || "answered";
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== "unavailable") throw error;
    await noteSilence(services, lease, master, error.message);
    return error.message;
  }
}

/**
 * Does the master still have what it confirmed? One whose database was restored from an old backup has
 * not, and gets it again. Returns what a person should know.
 */
async function reconcile(
  { db }: Services,
  access: MasterAccess,
  status: MasterStatus,
): Promise<string> {
  const ours = await listClusterOrders(db, access.clusterId);
  const confirmed = ours.flatMap(({ releaseId, deliveredRevision }) =>
    deliveredRevision === null ? [] : [{ releaseId, revision: deliveredRevision }],
  );
  if (digestOrders(confirmed) === status.ordersDigest) return "";
  const { orders } = await askMaster(access, {
    ...{ method: "GET", path: "orders", answer: AppliedOrders },
  });
  const theirs = new Map(orders.map(({ releaseId, revision }) => [releaseId, revision]));
  for (const order of ours) {
    const has = theirs.get(order.releaseId) ?? null;
    theirs.delete(order.releaseId);
    if (has !== order.deliveredRevision)
      await noteDelivery(db, order, { deliveredRevision: has, problem: "" });
  }
  return theirs.size > 0 ? `has ${theirs.size} releases that are not known here` : "";
}

/** Oldest release first. An order that is refused does not keep the others from their turn. */
async function deliver(
  services: Services,
  access: MasterAccess,
  { packages }: MasterStatus,
): Promise<void> {
  const orders = await listClusterOrders(services.db, access.clusterId);
  for (const row of orders)
    if (row.deliveredRevision !== row.revision) await deliverOne(services, access, row, packages);
}

async function deliverOne(
  services: Services,
  access: MasterAccess,
  row: ClusterOrderRow,
  archivesThere: readonly string[],
): Promise<void> {
  const order = await readMasterOrder(services, row.releaseId, access.clusterId);
  const isTakenBack = order.release.cluster.state === "rolledBack";
  const missing = order.packages.filter(({ sha256 }) => !archivesThere.includes(sha256));
  if (missing.length > 0 && !isTakenBack)
    return noteDelivery(services.db, row, { problem: "its package is not there yet" });
  try {
    const { appliedRevision } = await askMaster(access, {
      ...{ method: "PUT", path: `releases/${row.releaseId}`, answer: MasterOrderAnswer },
      json: order,
      by: { actor: { kind: row.actorKind, name: row.actor }, requestId: row.requestId },
    });
    await noteDelivery(services.db, row, { deliveredRevision: appliedRevision, problem: "" });
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code === "unavailable") throw error;
    services.log.warn({ ...row, err: error.message }, "a master refused an order");
    await noteDelivery(services.db, row, { problem: error.message });
  }
}

/** A cluster whose turn has yet to come has facts only once the version's packages are there. */
async function fetchFacts(
  services: Services,
  access: MasterAccess,
  status: MasterStatus,
): Promise<void> {
  const { clusterId } = access;
  for (const releaseId of await listWatchedReleases(services, clusterId)) {
    const { release, packages } = await readMasterOrder(services, releaseId, clusterId);
    const isWhole = packages.every(({ sha256 }) => status.packages.includes(sha256));
    if (release.cluster.state === "waiting" && !isWhole) continue;
    const nowMs = services.now();
    const answer = await askMaster(access, {
      ...{ method: "POST", path: "facts", answer: MasterFactsAnswer },
      ...{ json: { nowMs, release }, timeoutMs: factsMsMax },
    });
    await storeFacts(services.db, { releaseId, clusterId }, answer, nowMs);
  }
}
