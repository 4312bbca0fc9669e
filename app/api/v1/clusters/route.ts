import { apiRoute } from "@/lib/access/api-route.ts";
import { ClusterList } from "@/lib/contract/console-views.ts";
import { listClusters } from "@/lib/fleet-status/list-clusters.ts";

export const GET = apiRoute(
  { summary: "Clusters, with their machines counted", permission: "read", answer: ClusterList },
  async ({ services }) => ({ clusters: await listClusters(services) }),
);
