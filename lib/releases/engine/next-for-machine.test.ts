import { describe, expect, it } from "vitest";
import { type MachineAhead, nextForMachine } from "./next-for-machine.ts";
import type { ReleaseRecord } from "./release-record.ts";
import { batch, full, gray, planWith, started, t0 } from "./testing/plans.ts";

const stages = [gray(["m9"]), batch(1), batch(10), full()];
const running = started(planWith(stages, { clusterIds: ["bj", "sh"] }));
const machine = (changed: Partial<MachineAhead> = {}): MachineAhead => ({
  ...{ machineId: "m1", clusterId: "bj", type: "LINUX", batchPercentOf: () => 7, ...changed },
});
const next = (release: ReleaseRecord, changed: Partial<MachineAhead> = {}, timestampMs = 0) =>
  nextForMachine(machine(changed), [release], timestampMs);
const withCluster = (changed: Partial<ReleaseRecord["clusters"][number]>): ReleaseRecord => ({
  ...running,
  clusters: [{ ...running.clusters[0]!, ...changed }, running.clusters[1]!],
});

describe("nextForMachine()", () => {
  it.each<[string, ReturnType<typeof next>, object | null]>([
    ["its batch", next(running), { code: "stageWaits", values: { stage: 3, upToPercent: 10 } }],
    [
      "everything",
      next(running, { batchPercentOf: () => 60 }),
      { values: { stage: 4, kind: "full" } },
    ],
    ["off the ring", next(running, { batchPercentOf: () => null }), { values: { kind: "full" } }],
    ["reached by name already", next(running, { machineId: "m9" }), null],
    ["reached already", next(withCluster({ state: "batch", stageIndex: 2 })), null],
    ["taken back here", next(withCluster({ state: "rolledBack" })), null],
    ["of another type", next(running, { type: "WINDOWS" }), null],
    ["of a cluster that is not in it", next(running, { clusterId: "gz" }), null],
    ["other clusters first", next(running, { clusterId: "sh" }), { code: "clusterWaits" }],
    [
      "paused meanwhile",
      next({ ...running, state: "paused" }),
      { code: "stageWaits", values: { state: "paused", openStage: 1 } },
    ],
    [
      "to be approved",
      next({ ...running, state: "waitingForApproval" }),
      { code: "waitsForApproval", values: { releaseId: 7, version: "1.4.0" } },
    ],
    ["older than what it runs", next(running, {}, t0 + 1), null],
  ])("%s", (_, actual, expected) => {
    if (expected === null) expect(actual).toBeNull();
    else expect(actual).toMatchObject(expected);
  });

  it("is the newest release that reaches the machine", () => {
    const newer = { ...running, id: 8, timestampMs: t0 + 5 };
    const elsewhere = {
      ...newer,
      id: 9,
      plan: { ...newer.plan, machineTypes: ["ARM64" as const] },
    };
    expect(nextForMachine(machine(), [running, newer, elsewhere], 0)?.values.releaseId).toBe(8);
  });
});
