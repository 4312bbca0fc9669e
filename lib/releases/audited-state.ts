import type { ReleaseRecord } from "./engine/release-record.ts";

/** What an audit row keeps of a release, before and after. */
export function auditedState({ plan, state, clusters }: ReleaseRecord) {
  return {
    ...{ agentName: plan.agentName, version: plan.version, state },
    clusters: clusters.map(({ clusterId, state: clusterState, stageIndex }) => ({
      ...{ clusterId, stageIndex, state: clusterState },
    })),
  };
}
