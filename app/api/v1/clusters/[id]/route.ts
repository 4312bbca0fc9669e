import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { changeCluster } from "@/lib/clusters/change-cluster.ts";
import { clusterDetail } from "@/lib/clusters/cluster-views.ts";
import { removeCluster } from "@/lib/clusters/remove-cluster.ts";
import { ChangeClusterRequest } from "@/lib/contract/cluster-views.ts";
import { ClusterDetail } from "@/lib/contract/console-views.ts";
import { ClusterId } from "@/lib/contract/names.ts";

const params = z.object({ id: ClusterId });

export const GET = apiRoute(
  {
    summary: "A cluster: its master, its machines by type and by version of ifrit-agent",
    permission: "read",
    params,
    answer: ClusterDetail,
  },
  async ({ services, params: { id } }) => clusterDetail(services, id),
);

export const PATCH = apiRoute(
  {
    summary: "Rename a cluster; give its remote master another address or credential",
    permission: "clusters.write",
    params,
    body: ChangeClusterRequest,
    answer: ClusterDetail,
  },
  async ({ services, ctx, params: { id }, body }) => {
    await changeCluster(services, ctx, id, body);
    return clusterDetail(services, id);
  },
);

export const DELETE = apiRoute(
  {
    summary: "Remove a cluster that has no machines and no release under way",
    permission: "clusters.write",
    params,
    query: z.object({ confirm: z.string().max(120).default("") }),
    answer: null,
    status: 204,
  },
  async ({ services, ctx, params: { id }, query: { confirm } }) =>
    removeCluster(services, ctx, id, confirm),
);
