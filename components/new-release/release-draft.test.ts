import { describe, expect, it } from "vitest";
import { ReleasePlan } from "@/lib/contract/release-plan.ts";
import {
  emptyDraft,
  furthestStep,
  planOfDraft,
  problemsOfStep,
  type ReleaseDraft,
  stagesOfTemplate,
  templateIds,
} from "./release-draft.ts";

function draft(overrides: Partial<ReleaseDraft> = {}): ReleaseDraft {
  return {
    ...emptyDraft("log-agent", "1.5.0"),
    clusterIds: ["beijing", "shanghai"],
    gray: [{ id: "m-1", hostname: "web-1", clusterId: "beijing" }],
    ...overrides,
  };
}

describe("planOfDraft()", () => {
  it.each(templateIds)("makes a plan that the server takes from template %s", (template) => {
    const plan = planOfDraft(
      draft({ template, stages: stagesOfTemplate(template), clusterIds: ["beijing"] }),
    );
    expect(ReleasePlan.safeParse(plan).error).toBeUndefined();
  });

  it("gives a cluster only its own gray machines, and no gray stage without any", () => {
    const [beijing, shanghai] = planOfDraft(draft()).clusters;
    expect(beijing!.stages[0]).toMatchObject({ kind: "gray", machineIds: ["m-1"] });
    expect(shanghai!.stages.map(({ kind }) => kind)).toEqual(["batch", "batch", "batch", "full"]);
  });

  it("gives every cluster the same selection, without what does not limit it", () => {
    const graySelection = { labels: "zone=a, role=web", percent: 100, machinesMax: 5 };
    const plan = planOfDraft(draft({ grayBy: "selection", graySelection }));
    for (const { stages } of plan.clusters)
      expect(stages[0]).toMatchObject({
        ...{ kind: "gray", machineIds: [] },
        select: { labels: { zone: "a", role: "web" }, machinesMax: 5 },
      });
    expect(plan.clusters[0]!.stages[0]).not.toHaveProperty("select.percent");
    expect(ReleasePlan.safeParse(plan).error).toBeUndefined();
  });

  it("keeps the clusters' order", () => {
    const { clusters } = planOfDraft(draft({ clusterIds: ["shanghai", "beijing"], gray: [] }));
    expect(clusters.map(({ clusterId }) => clusterId)).toEqual(["shanghai", "beijing"]);
  });

  it("removes with no version", () => {
    expect(planOfDraft(draft({ removes: true })).version).toBeNull();
  });

  it("bears no failure where none is allowed, and a share where one is", () => {
    const stages = planOfDraft(draft()).clusters[0]!.stages;
    expect(stages[0]!.gate).toMatchObject({ failuresMax: 0, failureShareMax: 0 });
    expect(stages[1]!.gate).toMatchObject({ failureShareMax: 0.02, convergedShareMin: 0.96 });
  });
});

describe("problemsOfStep()", () => {
  it("asks for a version unless the agent is removed", () => {
    expect(problemsOfStep(draft({ version: "" }), "what")).toEqual(["versionMissing"]);
    expect(problemsOfStep(draft({ version: "", removes: true }), "what")).toEqual([]);
  });

  it("refuses gray machines of clusters that are left out", () => {
    expect(problemsOfStep(draft({ clusterIds: ["shanghai"] }), "where")).toEqual(["grayOutside"]);
  });

  it("refuses a selection that cannot be read, or is out of range", () => {
    const where = (change: Partial<ReleaseDraft["graySelection"]>) => {
      const graySelection = { labels: "", percent: 1, machinesMax: 10, ...change };
      return problemsOfStep(draft({ grayBy: "selection", graySelection }), "where");
    };
    expect(where({})).toEqual([]);
    expect(where({ labels: "zone" })).toEqual(["grayLabelsUnreadable"]);
    for (const bad of [{ percent: 0 }, { percent: 101 }, { machinesMax: 0 }, { machinesMax: 1.5 }])
      expect(where(bad)).toEqual(["graySelectionOutOfRange"]);
  });

  it("refuses batches that do not grow", () => {
    const stages = stagesOfTemplate("safe");
    stages[2]!.upToPercent = 1;
    expect(problemsOfStep(draft({ stages }), "how")).toContain("batchesNotGrowing");
  });

  it("asks for gray machines when there is nothing else", () => {
    const stages = stagesOfTemplate("grayOnly");
    expect(problemsOfStep(draft({ stages, gray: [] }), "how")).toEqual(["grayMissing"]);
    expect(problemsOfStep(draft({ stages }), "how")).toEqual(["clusterWithoutStages"]);
    expect(problemsOfStep(draft({ stages, gray: [], grayBy: "selection" }), "how")).toEqual([]);
  });
});

describe("furthestStep()", () => {
  it("is the first step with a problem", () => {
    expect(furthestStep(draft())).toBe("check");
    expect(furthestStep(draft({ clusterIds: [], gray: [] }))).toBe("where");
    expect(furthestStep(draft({ agentName: "" }))).toBe("what");
  });
});
