import { describe, expect, it } from "vitest";
import { versionSegments } from "./version-segments.ts";

describe("versionSegments()", () => {
  it("orders versions by machines and puts machines without one last", () => {
    const segments = versionSegments([
      { version: null, machines: 50 },
      { version: "1.0.0", machines: 3 },
      { version: "1.1.0", machines: 9 },
    ]);
    expect(segments.map(({ kind, version, machines }) => [kind, version, machines])).toEqual([
      ["version", "1.1.0", 9],
      ["version", "1.0.0", 3],
      ["none", null, 50],
    ]);
  });

  it("puts the rarest versions together and loses no machine", () => {
    const distribution = Array.from({ length: 9 }, (_, index) => ({
      version: `1.${index}.0`,
      machines: index + 1,
    }));
    const segments = versionSegments(distribution, 3);
    expect(segments.map(({ kind }) => kind)).toEqual(["version", "version", "version", "rest"]);
    expect(segments.reduce((sum, { machines }) => sum + machines, 0)).toBe(45);
  });

  it("leaves out what no machine has", () => {
    expect(versionSegments([{ version: "1.0.0", machines: 0 }])).toEqual([]);
  });
});
