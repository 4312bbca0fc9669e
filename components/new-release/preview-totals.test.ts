import { describe, expect, it } from "vitest";
import type { ReleasePreview } from "@/lib/contract/console-views.ts";
import { previewTotals } from "./preview-totals.ts";

type Stage = ReleasePreview["clusters"][number]["stages"][number];

function stage(overrides: Partial<Stage>): Stage {
  return {
    kind: "full",
    upToPercent: null,
    change: 0,
    offline: 0,
    skipped: [],
    fromVersions: [],
    ...overrides,
  };
}

describe("previewTotals()", () => {
  it("adds up stages of all clusters, skipped machines by reason", () => {
    const clusters = [
      {
        clusterId: "a",
        clusterName: "A",
        stages: [
          stage({ change: 1, skipped: [{ reason: "alreadyThere", machines: 2 }] }),
          stage({ change: 10, offline: 3 }),
        ],
      },
      {
        clusterId: "b",
        clusterName: "B",
        stages: [
          stage({
            change: 5,
            skipped: [
              { reason: "alreadyThere", machines: 4 },
              { reason: "noPackage", machines: 1 },
            ],
          }),
        ],
      },
    ];
    expect(previewTotals({ clusters })).toEqual({
      change: 16,
      offline: 3,
      skipped: [
        { reason: "alreadyThere", machines: 6 },
        { reason: "noPackage", machines: 1 },
      ],
    });
  });
});
