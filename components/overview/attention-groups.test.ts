import { describe, expect, it } from "vitest";
import { attentionGroups } from "./attention-groups.ts";

function item(machineId: string, reason: string | null, sinceMs: number) {
  return {
    machineId,
    hostname: machineId,
    agentName: "log-agent",
    phase: "failed",
    reason,
    message: null,
    sinceMs,
  };
}

describe("attentionGroups()", () => {
  it("puts machines with the same trouble together, the most shared first", () => {
    const groups = attentionGroups([
      item("a", "disk_full", 9),
      item("b", "start_failed", 1),
      item("c", "start_failed", 5),
    ]);
    expect(
      groups.map(({ reason, items }) => [reason, items.map((each) => each.machineId)]),
    ).toEqual([
      ["start_failed", ["c", "b"]],
      ["disk_full", ["a"]],
    ]);
  });

  it("puts newer trouble first among equals", () => {
    const groups = attentionGroups([item("a", "disk_full", 1), item("b", "start_failed", 2)]);
    expect(groups.map(({ reason }) => reason)).toEqual(["start_failed", "disk_full"]);
  });
});
