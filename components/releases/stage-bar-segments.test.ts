import { describe, expect, it } from "vitest";
import type { ProgressCounts, StageProgress } from "@/lib/contract/console-views.ts";
import { barSegments, currentStage, doneShare, stageWidths } from "./stage-bar-segments.ts";

const none: ProgressCounts = {
  targeted: 0,
  pending: 0,
  downloading: 0,
  switching: 0,
  watching: 0,
  healthy: 0,
  failed: 0,
  offline: 0,
  notEligible: 0,
};

function stage(status: StageProgress["status"]): StageProgress {
  return { kind: "full", upToPercent: null, status, openedAtMs: null, counts: none };
}

describe("barSegments()", () => {
  it("counts each machine once, leaving out empty parts", () => {
    const counts = { ...none, targeted: 10, healthy: 6, failed: 1, pending: 3 };
    const segments = barSegments(counts);
    expect(segments.map(({ part }) => part)).toEqual(["healthy", "pending", "failed"]);
    expect(segments.reduce((sum, { machines }) => sum + machines, 0)).toBe(counts.targeted);
  });
});

describe("stageWidths()", () => {
  it("fills the bar exactly", () => {
    for (const targeted of [[1], [1, 100, 900_000], [0, 0, 0], Array(50).fill(7)]) {
      expect(stageWidths(targeted).reduce((sum, width) => sum + width, 0)).toBeCloseTo(1, 9);
    }
  });

  it("keeps a single machine visible beside a million", () => {
    expect(stageWidths([1, 1_000_000])[0]).toBeGreaterThanOrEqual(0.06);
  });

  it("gives larger stages more room", () => {
    const [small, large] = stageWidths([100, 10_000]) as [number, number];
    expect(large).toBeGreaterThan(small);
  });

  it("knows a release without stages", () => {
    expect(stageWidths([])).toEqual([]);
  });
});

describe("doneShare()", () => {
  it("does not count machines that cannot change now", () => {
    expect(doneShare({ ...none, targeted: 10, healthy: 8, offline: 1, notEligible: 1 })).toBe(1);
  });

  it("is nothing before anything is known and everything when nobody can change", () => {
    expect(doneShare(none)).toBe(0);
    expect(doneShare({ ...none, targeted: 2, offline: 2 })).toBe(1);
  });
});

describe("currentStage()", () => {
  it("is the newest open stage", () => {
    expect(currentStage([stage("passed"), stage("open"), stage("waiting")])?.number).toBe(2);
  });

  it("stays at the stage whose gate failed", () => {
    expect(currentStage([stage("failed"), stage("waiting")])?.number).toBe(1);
  });

  it("is the first waiting stage before anything opened, and none when all passed", () => {
    expect(currentStage([stage("waiting"), stage("waiting")])?.number).toBe(1);
    expect(currentStage([stage("passed")])).toBeNull();
  });
});
