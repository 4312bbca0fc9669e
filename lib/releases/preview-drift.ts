import type { InputIssue } from "../platform/problem-error.ts";
import { issueText } from "./check-plan.ts";
import type { Shown } from "./preview-id.ts";

/** So many more machines than were shown do no harm; fewer never do. */
const driftShareMax = 0.1;
const driftMachinesMin = 5;

type ShownCluster = Shown["clusters"][number];

/**
 * Pure: what a release would do now that nobody was shown. By stage: more machines, or others, since
 * they come from another version (a release that was made in between would be undone). Of gray machines
 * that were found, not named: no more than a tenth may be others, so that of a few none may.
 */
export function previewDrift(before: Shown, now: Shown): InputIssue[] {
  return now.clusters.flatMap((cluster, index) => {
    const shown = before.clusters[index];
    return [
      ...cluster.stages.flatMap((stage, stageIndex) =>
        stageDrift(cluster.clusterId, shown?.stages[stageIndex], stage).map((issue) => ({
          path: `clusters.${index}.stages.${stageIndex}`,
          ...issue,
        })),
      ),
      ...grayDrift(shown, cluster).map((issue) => ({ path: `clusters.${index}`, ...issue })),
    ];
  });
}

type Stage = ShownCluster["stages"][number];
type Issue = Omit<InputIssue, "path">;

const isPast = (now: number, shown: number) =>
  now > shown + Math.max(driftMachinesMin, shown * driftShareMax);

function stageDrift(clusterId: string, before: Stage | undefined, now: Stage): Issue[] {
  const shown = before?.machines ?? 0;
  if (isPast(now.machines, shown)) {
    const message = `${clusterId}: ${now.machines} machines would change, ${shown} were shown`;
    return [issueText("moreWouldChange", message, { clusterId, now: now.machines, shown })];
  }
  return Object.entries(now.from).flatMap(([version, machines]) => {
    const known = before?.from[version] ?? 0;
    if (!isPast(machines, known)) return [];
    const what = version === "" ? "without the agent" : `from ${version}`;
    const message = `${clusterId}: ${machines} machines ${what} would change, ${known} were shown`;
    return [
      issueText("othersWouldChange", message, { clusterId, version, now: machines, shown: known }),
    ];
  });
}

function grayDrift(before: ShownCluster | undefined, { clusterId, gray }: ShownCluster): Issue[] {
  if (gray === null) return [];
  const known = new Set(before?.gray);
  const others = gray.filter((hash) => !known.has(hash)).length;
  if (others <= gray.length * driftShareMax) return [];
  const message = `${clusterId}: ${others} of the gray machines are others than were shown`;
  return [issueText("otherGray", message, { clusterId, machines: others })];
}
