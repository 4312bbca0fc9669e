import type { StagePreview } from "../clusters/cluster-master.ts";
import type { Platform } from "../contract/platform.ts";
import type { Stage } from "../contract/release-plan.ts";
import type { SkipReason } from "../contract/release-vocabulary.ts";
import type { PresentGroup } from "../fleet-status/present.ts";

/** What a release would meet in the cluster as it is now. */
export type PreviewConditions = {
  version: string | null;
  /** The platforms that the version has a package for. */
  platforms: readonly Platform[];
  knownBad: boolean;
  frozen: boolean;
};

const machineIdsMax = 100;

/** Pure: each machine changes now, changes on its return, or is skipped for a reason. */
export function previewStage(
  stage: Stage,
  groups: readonly PresentGroup[],
  conditions: PreviewConditions,
): StagePreview {
  const skipped = new Map<SkipReason, number>();
  const from = new Map<string | null, number>();
  const counts = { change: 0, offline: 0, failedBefore: 0 };
  for (const group of groups) {
    const { machines } = group;
    const reason = skipReason(group, conditions);
    if (reason) {
      skipped.set(reason, (skipped.get(reason) ?? 0) + machines);
      continue;
    }
    from.set(group.version, (from.get(group.version) ?? 0) + machines);
    counts[group.online ? "change" : "offline"] += machines;
    if (group.failedBefore) counts.failedBefore += machines;
  }
  return {
    ...{ kind: stage.kind, upToPercent: stage.kind === "batch" ? stage.upToPercent : null },
    ...counts,
    skipped: [...skipped].map(([reason, machines]) => ({ reason, machines })),
    fromVersions: [...from]
      .map(([version, machines]) => ({ version, machines }))
      .sort((a, b) => b.machines - a.machines),
    ...(stage.kind === "gray" ? { machineIds: stage.machineIds.slice(0, machineIdsMax) } : {}),
  };
}

/** The first that fits; the order is from what lasts to what passes. */
function skipReason(
  { version: present, platform, held }: PresentGroup,
  { version, platforms, knownBad, frozen }: PreviewConditions,
): SkipReason | null {
  if (present === version) return "alreadyThere";
  if (!platforms.includes(platform)) return "noPackage";
  if (knownBad) return "knownBad";
  if (held) return "held";
  return frozen ? "frozen" : null;
}
