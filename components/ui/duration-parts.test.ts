import { describe, expect, it } from "vitest";
import { durationParts } from "./duration-parts.ts";

describe("durationParts()", () => {
  it("keeps the two largest units", () => {
    expect(durationParts(93_784)).toEqual([
      { unit: "days", count: 1 },
      { unit: "hours", count: 2 },
    ]);
  });

  it("leaves out units that are zero", () => {
    expect(durationParts(3600)).toEqual([{ unit: "hours", count: 1 }]);
  });

  it("says zero seconds for nothing", () => {
    expect(durationParts(0)).toEqual([{ unit: "seconds", count: 0 }]);
    expect(durationParts(-3)).toEqual([{ unit: "seconds", count: 0 }]);
  });
});
