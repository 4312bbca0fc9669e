import { isNull, ne, or, sql } from "drizzle-orm";
import { clusterOrders } from "../../drizzle/schema/cluster-orders.ts";
import type { MasterView, Unanswered } from "../contract/cluster-views.ts";
import type { ClusterDetail, ClusterView } from "../contract/console-views.ts";
import { clusterComposition } from "../fleet-status/cluster-composition.ts";
import { listClusters } from "../fleet-status/list-clusters.ts";
import type { Database } from "../platform/database.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import { unansweredOf } from "./ask-masters.ts";
import { listRemoteClusters, type RemoteCluster, silentSince } from "./list-remote-clusters.ts";

/** All clusters, or one: those of remote masters as these last said they were. */
export async function listClusterViews(
  services: Services,
  clusterId?: string | undefined,
): Promise<ClusterView[]> {
  const views = await listClusters(services, clusterId);
  const remote = new Map(
    (await listRemoteClusters(services.db, clusterId)).map((one) => [one.id, one]),
  );
  if (remote.size === 0) return views;
  const waiting = await countWaitingOrders(services.db);
  return views.map((view) => {
    const cluster = remote.get(view.id);
    return cluster ? remoteView(view, cluster, waiting.get(view.id)) : view;
  });
}

/** @throws ProblemError not_found */
export async function clusterDetail(services: Services, clusterId: string): Promise<ClusterDetail> {
  const [view] = await listClusterViews(services, clusterId);
  if (!view) throw new ProblemError("not_found", `There is no cluster "${clusterId}".`);
  if (!view.master) return { ...view, composition: await clusterComposition(services, clusterId) };
  const [cluster] = await listRemoteClusters(services.db, clusterId);
  const { types = [], ifritAgents = [] } = cluster?.contact?.fleet ?? {};
  return { ...view, composition: { types, ifritAgents } };
}

/** Remote clusters of which only old news are known, or none. */
export function unansweredAmong(remote: readonly RemoteCluster[]): Unanswered[] {
  return remote
    .filter((cluster) => silentSince(cluster) !== null || !cluster.contact?.status)
    .map(unansweredOf);
}

type Waiting = { orders: number; problem: string };

function remoteView(
  view: ClusterView,
  cluster: RemoteCluster,
  waiting: Waiting | undefined,
): ClusterView {
  const { contact, url } = cluster;
  const status = contact?.status ?? null;
  const clockAheadMs = status && contact ? status.nowMs - contact.answeredAtMs : null;
  const master: MasterView = {
    url,
    answeredAtMs: contact?.answeredAtMs ?? 0,
    unreachableSinceMs: silentSince(cluster),
    problem: contact?.problem ?? "There is no credential for it.",
    version: status?.version ?? null,
    clockAheadMs,
    lagMs: contact?.lags?.at(-1)?.[1] ?? null,
    lags: contact?.lags ?? [],
    ordersWaiting: waiting?.orders ?? 0,
    orderProblem: waiting?.problem ?? "",
  };
  const desiredState = status?.desiredState ?? view.desiredState;
  const builtAtMs = Math.max(0, desiredState.builtAtMs - (clockAheadMs ?? 0));
  return {
    ...view,
    machines: status?.machines ?? view.machines,
    desiredState: { ...desiredState, builtAtMs },
    master,
  };
}

async function countWaitingOrders(db: Pick<Database, "select">): Promise<Map<string, Waiting>> {
  const { deliveredRevision, revision, problem, clusterId } = clusterOrders;
  const rows = await db
    .select({
      clusterId,
      orders: sql<number>`SUM(${deliveredRevision} IS NULL OR ${deliveredRevision} <> ${revision})`,
      problem: sql<string>`MAX(${problem})`,
    })
    .from(clusterOrders)
    .where(or(isNull(deliveredRevision), ne(deliveredRevision, revision), ne(problem, "")))
    .groupBy(clusterId);
  return new Map(
    rows.map((row) => [row.clusterId, { orders: Number(row.orders), problem: row.problem }]),
  );
}
