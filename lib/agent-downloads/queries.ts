import { queryOptions } from "@tanstack/react-query";
import { apiPath, getQuery } from "../api/queries.ts";
import { AgentInstallation } from "../contract/agent-installation.ts";

/** What the command to install ifrit-agent in a cluster is made of. */
export function installationQuery(clusterId: string) {
  return queryOptions({
    ...getQuery(
      ["installation", clusterId],
      apiPath(`/clusters/${encodeURIComponent(clusterId)}/installation`),
      AgentInstallation,
    ),
    // Somebody may be building the archives right now.
    refetchInterval: (query) => (query.state.data?.missing ? 5000 : false),
  });
}
