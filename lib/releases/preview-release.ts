import { createHash } from "node:crypto";
import { findClusters } from "../clusters/find-clusters.ts";
import type { ReleasePreview } from "../contract/console-views.ts";
import { platforms as allPlatforms, type Platform } from "../contract/platform.ts";
import type { ClusterPlan, ReleasePlan } from "../contract/release-plan.ts";
import type { SkipReason } from "../contract/release-vocabulary.ts";
import { countPresent, type PresentGroup } from "../fleet-status/count-present.ts";
import { onlineSinceMs } from "../fleet-status/online-since.ts";
import { platformsOfVersion } from "../packages/find-version.ts";
import type { Services } from "../platform/services.ts";
import { checkPlan } from "./check-plan.ts";
import { resolveGray } from "./resolve-gray.ts";
import { stageReach } from "./stage-reach.ts";

type StagePreview = ReleasePreview["clusters"][number]["stages"][number];

/**
 * What a plan would do, per cluster and stage, as the fleet is now. Confirm it with its id: a release
 * is refused when more machines would change by then than were shown.
 * @throws ProblemError invalid_request
 */
export async function previewRelease(
  services: Services,
  asked: ReleasePlan,
): Promise<ReleasePreview> {
  const plan = await resolveGray(services, asked);
  await checkPlan(services.db, plan);
  const { agentName, version } = plan;
  const names = await findClusters(
    services.db,
    plan.clusters.map((cluster) => cluster.clusterId),
  );
  const platforms =
    version === null ? allPlatforms : await platformsOfVersion(services.db, agentName, version);
  const clusters: ReleasePreview["clusters"] = [];
  for (const cluster of plan.clusters)
    clusters.push({
      clusterId: cluster.clusterId,
      clusterName: names.get(cluster.clusterId) ?? cluster.clusterId,
      stages: await previewCluster(services, plan, cluster, platforms),
    });
  return { previewId: previewIdOf(asked, clusters), clusters };
}

async function previewCluster(
  services: Services,
  plan: ReleasePlan,
  cluster: ClusterPlan,
  platforms: readonly Platform[],
): Promise<StagePreview[]> {
  const reach = stageReach(plan, cluster);
  const { groups, named } = await countPresent(services.db, {
    ...{ clusterId: cluster.clusterId, agentName: plan.agentName },
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
    ...summarize(byStage[index]!, plan.version, platforms),
  }));
}

/** Pure: each machine changes now, changes on its return, or is skipped for a reason. */
export function summarize(
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

/** Names the plan and what was shown. It holds no secret and gives no right; it only says "this one". */
function previewIdOf(plan: ReleasePlan, clusters: ReleasePreview["clusters"]): string {
  const shown = clusters.map(({ stages }) => stages.map((stage) => stage.change + stage.offline));
  const text = JSON.stringify({ plan: planDigest(plan), shown });
  return Buffer.from(text).toString("base64url");
}

export function planDigest(plan: ReleasePlan): string {
  return createHash("sha256").update(JSON.stringify(plan)).digest("hex").slice(0, 16);
}
