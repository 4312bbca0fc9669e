import { describe, expect, it, test } from "vitest";
import type { ReleasePreview } from "../contract/console-views.ts";
import { ReleasePlan } from "../contract/release-plan.ts";
import { previewDrift } from "./preview-drift.ts";
import { readPreviewId, type Shown, shownOf, writePreviewId } from "./preview-id.ts";

const shown = (from: Record<string, number>, gray: number[] | null = null): Shown => {
  const machines = Object.values(from).reduce((sum, one) => sum + one, 0);
  return { plan: "p", clusters: [{ clusterId: "bj", stages: [{ machines, from }], gray }] };
};
const codes = (before: Shown, now: Shown) => previewDrift(before, now).map(({ code }) => code);

describe("previewDrift()", () => {
  it.each<[string, Record<string, number>, Record<string, number>, string[]]>([
    ["nothing changed", { "1.0": 100 }, { "1.0": 100 }, []],
    ["a tenth more", { "1.0": 100 }, { "1.0": 110 }, []],
    ["more than a tenth more", { "1.0": 100 }, { "1.0": 111 }, ["moreWouldChange"]],
    ["five more of a few", { "1.0": 1 }, { "1.0": 6 }, []],
    ["six more of a few", { "1.0": 1 }, { "1.0": 7 }, ["moreWouldChange"]],
    ["fewer", { "1.0": 100 }, { "1.0": 1 }, []],
    ["a freeze ended", {}, { "1.0": 100 }, ["moreWouldChange"]],
    ["another release came between", { "1.0": 100 }, { "2.0": 100 }, ["othersWouldChange"]],
    ["it took some of them", { "1.0": 100 }, { "1.0": 95, "2.0": 5 }, []],
    ["it took more of them", { "1.0": 100 }, { "1.0": 90, "2.0": 10 }, ["othersWouldChange"]],
    ["machines without the agent", { "1.0": 50 }, { "1.0": 40, "": 10 }, ["othersWouldChange"]],
  ])("%s", (_, before, now, expected) => {
    expect(codes(shown(before), shown(now))).toEqual(expected);
  });

  it("says where and how many", () => {
    expect(previewDrift(shown({ "1.0": 10 }), shown({ "1.0": 40 }))).toMatchObject([
      { path: "clusters.0.stages.0", values: { clusterId: "bj", now: 40, shown: 10 } },
    ]);
  });

  it("wants the gray machines that were shown, of many a tenth may be others", () => {
    const many = Array.from({ length: 20 }, (_, index) => index);
    expect(codes(shown({}, [1]), shown({}, [1]))).toEqual([]);
    expect(codes(shown({}, [1]), shown({}, [2]))).toEqual(["otherGray"]);
    expect(codes(shown({}, many), shown({}, [...many.slice(2), 50, 51]))).toEqual([]);
    expect(codes(shown({}, many), shown({}, [...many.slice(3), 50, 51, 52]))).toEqual([
      "otherGray",
    ]);
    expect(codes(shown({}, [1, 2]), shown({}, [2]))).toEqual([]);
  });
});

test("a preview's id says what was shown; anything else is refused", () => {
  const asked = ReleasePlan.parse({
    ...{ agentName: "log-agent", version: "1.4.0", machineTypes: ["LINUX"] },
    clusters: [{ clusterId: "bj", stages: [{ kind: "gray", select: { percent: 1 }, gate: {} }] }],
  });
  const resolved = structuredClone(asked);
  resolved.clusters[0]!.stages[0] = {
    ...asked.clusters[0]!.stages[0]!,
    machineIds: ["m1"],
  } as never;
  const clusters: ReleasePreview["clusters"] = [
    {
      ...{ clusterId: "bj", clusterName: "Beijing" },
      stages: [
        {
          ...{ kind: "gray", upToPercent: null, change: 1, offline: 2, skipped: [] },
          fromVersions: [{ version: null, machines: 3 }],
        },
      ],
    },
  ];
  const before = shownOf(asked, resolved, clusters);
  expect(before.clusters[0]).toMatchObject({ stages: [{ machines: 3, from: { "": 3 } }] });
  expect(before.clusters[0]?.gray).toHaveLength(1);
  // Machines that the plan itself names need no hash.
  expect(shownOf(resolved, resolved, clusters).clusters[0]?.gray).toBeNull();
  expect(readPreviewId(writePreviewId(before))).toEqual(before);
  for (const wrong of ["", "x", "eJw", Buffer.from("{}").toString("base64url"), "A".repeat(1e5)])
    expect(() => readPreviewId(wrong)).toThrow("not the id of a preview");
});
