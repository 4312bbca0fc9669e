import { freezeFacts } from "../change-control/freeze-facts.ts";
import { holdsOfAgent } from "../change-control/holds-of-agent.ts";
import { readChangeRules } from "../change-control/read-change-rules.ts";
import type { ClusterPreview } from "../clusters/cluster-master.ts";
import { platforms as allPlatforms } from "../contract/platform.ts";
import type { ClusterPlan, ReleasePlan } from "../contract/release-plan.ts";
import { countPresent } from "../fleet-status/count-present.ts";
import { onlineSinceMs } from "../fleet-status/online-since.ts";
import type { PresentGroup } from "../fleet-status/present.ts";
import { platformsOfVersion } from "../packages/find-version.ts";
import type { Services } from "../platform/services.ts";
import { previewStage } from "./preview-stage.ts";
import { stageReach } from "./stage-reach.ts";

/** On the cluster's master: what a plan would do there, as machines, packages and rules are now. */
export async function previewCluster(
  services: Services,
  plan: ReleasePlan,
  { clusterId, ...cluster }: ClusterPlan,
): Promise<ClusterPreview> {
  const { db } = services;
  const { agentName, version, machineTypes } = plan;
  const reach = stageReach(plan, { clusterId, ...cluster });
  const { frozen } = await freezeFacts(services, clusterId, plan);
  const regions = Uint8Array.from(reach.stageOfSlot, (stage) => stage + 1);
  const { groups, named } = await countPresent(db, {
    ...{ clusterId, agentName, version, machineTypes },
    onlineSinceMs: onlineSinceMs(services),
    holds: await holdsOfAgent(services, clusterId, agentName),
    named: reach.grayMachineIds,
    regionsOf: () => regions,
  });
  const byStage = cluster.stages.map((): PresentGroup[] => []);
  for (const group of groups) byStage[reach.stageOfSlot[group.slot]!]?.push(group);
  byStage[reach.grayStage]?.push(...named);
  const conditions = {
    version,
    platforms: version === null ? allPlatforms : await platformsOfVersion(db, agentName, version),
    knownBad: frozen?.code === "knownBad",
    frozen: frozen?.code === "freeze",
  };
  const { changingMax } = await readChangeRules(db, clusterId);
  return {
    stages: cluster.stages.map((stage, index) => previewStage(stage, byStage[index]!, conditions)),
    startsLater: frozen?.code === "window" ? frozen : null,
    changingMax,
  };
}
