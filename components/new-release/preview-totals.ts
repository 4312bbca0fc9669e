import type { ReleasePreview } from "@/lib/contract/console-views.ts";

export type PreviewTotals = {
  change: number;
  offline: number;
  skipped: { reason: string; machines: number }[];
};

type Part = Pick<ReleasePreview, "clusters">;

/** Over all clusters and stages, skipped machines by reason. */
export function previewTotals({ clusters }: Part): PreviewTotals {
  const stages = clusters.flatMap((cluster) => cluster.stages);
  const skipped = new Map<string, number>();
  for (const { reason, machines } of stages.flatMap((stage) => stage.skipped)) {
    skipped.set(reason, (skipped.get(reason) ?? 0) + machines);
  }
  return {
    change: stages.reduce((sum, stage) => sum + stage.change, 0),
    offline: stages.reduce((sum, stage) => sum + stage.offline, 0),
    skipped: [...skipped].map(([reason, machines]) => ({ reason, machines })),
  };
}
