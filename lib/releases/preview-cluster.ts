import type { StagePreview } from "../clusters/cluster-master.ts";
import { platforms as allPlatforms, type Platform } from "../contract/platform.ts";
import type { ClusterPlan, ReleasePlan } from "../contract/release-plan.ts";
import type { SkipReason } from "../contract/release-vocabulary.ts";
import { countPresent, type PresentGroup } from "../fleet-status/count-present.ts";
import { onlineSinceMs } from "../fleet-status/online-since.ts";
import { platformsOfVersion } from "../packages/find-version.ts";
import type { Services } from "../platform/services.ts";
import { stageReach } from "./stage-reach.ts";

/** On the cluster's master: what a plan would do there, as machines and packages are now. */
export async function previewCluster(
  services: Services,
  plan: ReleasePlan,
  cluster: ClusterPlan,
): Promise<StagePreview[]> {
  const { agentName, version } = plan;
  const platforms =
    version === null ? allPlatforms : await platformsOfVersion(services.db, agentName, version);
  const reach = stageReach(plan, cluster);
  const { groups, named } = await countPresent(services.db, {
    ...{ clusterId: cluster.clusterId, agentName },
    machineTypes: plan.machineTypes,
    onlineSinceMs: onlineSinceMs(services),
    named: reach.grayMachineIds,
  });
  const byStage = cluster.stages.map((): PresentGroup[] => []);
  for (const group of groups) byStage[reach.stageOfSlot[group.slot]!]?.push(group);
  byStage[reach.grayStage]?.push(...named);
  return cluster.stages.map((stage, index) => ({
    kind: stage.kind,
    upToPercent: stage.kind === "batch" ? stage.upToPercent : null,
    ...summarize(byStage[index]!, version, platforms),
  }));
}

/** Pure: each machine changes now, changes on its return, or is skipped for a reason. */
function summarize(
  groups: readonly PresentGroup[],
  version: string | null,
  platforms: readonly Platform[],
): Pick<StagePreview, "change" | "offline" | "skipped" | "fromVersions"> {
  const skipped = new Map<SkipReason, number>();
  const from = new Map<string | null, number>();
  let change = 0;
  let offline = 0;
  for (const { platform, online, version: present, machines } of groups) {
    const reason = skipReason(present, version, platforms.includes(platform));
    if (reason) {
      skipped.set(reason, (skipped.get(reason) ?? 0) + machines);
      continue;
    }
    from.set(present, (from.get(present) ?? 0) + machines);
    if (online) change += machines;
    else offline += machines;
  }
  return {
    change,
    offline,
    skipped: [...skipped].map(([reason, machines]) => ({ reason, machines })),
    fromVersions: [...from]
      .map(([fromVersion, machines]) => ({ version: fromVersion, machines }))
      .sort((a, b) => b.machines - a.machines),
  };
}

function skipReason(
  present: string | null,
  version: string | null,
  hasPackage: boolean,
): SkipReason | null {
  if (present === version) return "alreadyThere";
  return hasPackage ? null : "noPackage";
}
