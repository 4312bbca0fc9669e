import { describe, expect, it } from "vitest";
import { ReleasePlan } from "../../contract/release-plan.ts";
import { planFromTemplate, planTemplates } from "./plan-templates.ts";

const answers = {
  ...{ agentName: "log-agent", version: "1.4.0", machineTypes: ["LINUX" as const] },
  clusterIds: ["bj", "sh"],
};

describe("planFromTemplate()", () => {
  it.each(planTemplates)("%s is a valid plan that says everything", (template) => {
    const plan = planFromTemplate(template, answers);
    expect(ReleasePlan.parse(plan)).toEqual(plan);
    expect(plan.clusters.map(({ clusterId }) => clusterId)).toEqual(["bj", "sh"]);
  });

  it("safe: 1 machine → 1 % → 10 % → 50 % → all, with a soak after each but the last", () => {
    const [{ stages }] = planFromTemplate("safe", answers).clusters as [ReleasePlan["clusters"][0]];
    expect(stages[0]).toMatchObject({ kind: "gray", machineIds: [], select: { machinesMax: 1 } });
    expect(
      stages.map((stage) => (stage.kind === "batch" ? stage.upToPercent : stage.kind)),
    ).toEqual([...["gray", 1, 10, 50, "full"]]);
    expect(stages.slice(0, 4).every(({ gate }) => gate.soakSeconds >= 600)).toBe(true);
  });

  it("takes machines by name where they are given", () => {
    const plan = planFromTemplate("grayThenAll", { ...answers, grayMachineIds: { sh: ["m9"] } });
    expect(plan.clusters.map(({ stages }) => stages[0])).toMatchObject([
      { machineIds: [], select: { percent: 1 }, gate: { manual: true } },
      { machineIds: ["m9"] },
    ]);
  });
});
