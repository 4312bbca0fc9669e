import { apiRoute } from "@/lib/access/api-route.ts";
import { listClusterViews } from "@/lib/clusters/cluster-views.ts";
import { createCluster } from "@/lib/clusters/create-cluster.ts";
import { ClusterList, ClusterView, CreateClusterRequest } from "@/lib/contract/console-views.ts";

export const GET = apiRoute(
  { summary: "Clusters, with their machines counted", permission: "read", answer: ClusterList },
  async ({ services }) => ({ clusters: await listClusterViews(services) }),
);

export const POST = apiRoute(
  {
    summary: "Add a cluster, of this deployment or of a remote master",
    permission: "clusters.write",
    body: CreateClusterRequest,
    answer: ClusterView,
    status: 201,
  },
  async ({ services, ctx, body }) => {
    await createCluster(services, ctx, body);
    return (await listClusterViews(services, body.id))[0];
  },
);
