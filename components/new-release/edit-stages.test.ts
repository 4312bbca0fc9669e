import { describe, expect, it } from "vitest";
import { addBatch, removeStage } from "./edit-stages.ts";
import { stagesOfTemplate } from "./release-draft.ts";

describe("addBatch()", () => {
  it("comes before the stage for all machines and after the last batch", () => {
    const stages = addBatch(stagesOfTemplate("safe"));
    expect(stages.map(({ kind, upToPercent }) => (kind === "batch" ? upToPercent : kind))).toEqual([
      "gray",
      1,
      10,
      50,
      75,
      "full",
    ]);
  });

  it("ends the list when nothing is for all machines", () => {
    expect(addBatch(stagesOfTemplate("grayOnly")).map(({ kind }) => kind)).toEqual([
      "gray",
      "batch",
    ]);
  });

  it("never goes past 99 %", () => {
    let stages = stagesOfTemplate("all");
    for (let times = 0; times < 12; times += 1) stages = addBatch(stages);
    expect(Math.max(...stages.map(({ upToPercent }) => upToPercent))).toBe(99);
  });
});

describe("removeStage()", () => {
  it("takes out one and leaves the others as they are", () => {
    const kinds = removeStage(stagesOfTemplate("safe"), 0).map(({ kind }) => kind);
    expect(kinds).toEqual(["batch", "batch", "batch", "full"]);
  });
});
