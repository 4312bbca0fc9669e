import type { VersionCount } from "@/lib/contract/console-views.ts";
import { noneColor, restColor, seriesColors } from "../charts/series.ts";

export type VersionSegment = {
  /** null: installed nothing. "rest": several versions together. */
  kind: "version" | "none" | "rest";
  version: string | null;
  machines: number;
  color: string;
};

/**
 * The parts of a version bar: the most common versions in colours of their own, the others together,
 * and the machines that have none last.
 */
export function versionSegments(
  distribution: readonly VersionCount[],
  most: number = seriesColors.length,
): VersionSegment[] {
  const counted = distribution.filter(({ machines }) => machines > 0);
  const versions = counted
    .filter(({ version }) => version !== null)
    .toSorted((a, b) => b.machines - a.machines);
  const shown: VersionSegment[] = versions.slice(0, most).map((each, index) => ({
    kind: "version",
    ...each,
    color: seriesColors[index] ?? restColor,
  }));
  const rest = sum(versions.slice(most));
  const none = sum(counted.filter(({ version }) => version === null));
  if (rest > 0) shown.push({ kind: "rest", version: null, machines: rest, color: restColor });
  if (none > 0) shown.push({ kind: "none", version: null, machines: none, color: noneColor });
  return shown;
}

function sum(counts: readonly VersionCount[]): number {
  return counts.reduce((total, { machines }) => total + machines, 0);
}
