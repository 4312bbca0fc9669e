import { describe, expect, it } from "vitest";
import { advance } from "./advance.ts";
import { applyTransitions } from "./apply-transitions.ts";
import type { ClusterFacts, StageFacts } from "./facts.ts";
import type { ReleaseRecord } from "./release-record.ts";
import {
  batch,
  clusterFacts,
  factsOf,
  full,
  gray,
  minuteMs,
  ordered,
  planWith,
  started,
  t0,
} from "./testing/plans.ts";
import { waitingFor } from "./waiting-for.ts";

const plan = planWith([gray(["m1"]), batch(10, { soakSeconds: 600 }), full()]);

function step(
  release: ReleaseRecord,
  atMs: number,
  stages: Partial<StageFacts>[],
  changed: Partial<ClusterFacts> = {},
) {
  const facts = factsOf({ bj: clusterFacts(atMs, stages, changed) });
  const transitions = advance(release, facts, atMs);
  const next = applyTransitions(release, transitions);
  expect(advance(next, facts, atMs), "the same facts give nothing more").toEqual([]);
  return { transitions, next, kinds: transitions.map(({ kind }) => kind), facts };
}

/** The gray machine is well, batch 10 % is open since t0 + 1 min. */
const inBatch = () => step(started(plan), t0 + minuteMs, [{ healthy: 1 }]).next;

describe("advance()", () => {
  it("opens the next stage when the one before is healthy", () => {
    const { transitions, kinds, next } = step(started(plan), t0 + minuteMs, [{ healthy: 1 }]);
    expect(kinds).toEqual(["markConverged", "passStage", "openStage"]);
    expect(transitions[2]!.event).toEqual({
      kind: "stageOpened",
      values: {
        ...{ clusterId: "bj", stage: 2, kind: "batch", upToPercent: 10, watchedSeconds: 0 },
        ...{ healthy: 1, reachable: 1, targeted: 1, failed: 0 },
      },
    });
    expect(next.clusters[0]).toMatchObject({ state: "batch", stageIndex: 1, convergedAtMs: null });
  });

  it("tells for how long a stage was healthy: 412 of 412 for 10 min", () => {
    const stages = [{ healthy: 1 }, { healthy: 412 }];
    const soaking = step(inBatch(), t0 + 2 * minuteMs, stages);
    expect(soaking.kinds).toEqual(["markConverged"]);
    expect(waitingFor(soaking.next, soaking.facts, t0 + 2 * minuteMs)).toMatchObject({
      code: "soak",
      values: { stage: 2, untilMs: t0 + 12 * minuteMs },
    });
    expect(step(soaking.next, t0 + 12 * minuteMs - 1, stages).kinds).toEqual([]);
    const passed = step(soaking.next, t0 + 12 * minuteMs, stages);
    expect(passed.kinds).toEqual(["passStage", "openStage"]);
    expect(passed.transitions[1]!.event.values).toMatchObject({
      ...{ stage: 3, kind: "full", healthy: 412, reachable: 412, watchedSeconds: 600 },
    });
  });

  it("lets the evidence soak, not the clock", () => {
    const stages = [{ healthy: 1 }, { healthy: 412 }];
    const soaking = step(inBatch(), t0 + 2 * minuteMs, stages).next;
    const old = factsOf({ bj: clusterFacts(t0 + 11.5 * minuteMs, stages) });
    expect(advance(soaking, old, t0 + 12.5 * minuteMs)).toEqual([]);
  });

  it("goes through converging and verification to the next cluster and the end", () => {
    const two = planWith([full()], { clusterIds: ["bj", "sh"] });
    let release = started(two);
    const tick = (minutes: number, clusters: Record<string, Partial<StageFacts>[]>) => {
      const atMs = t0 + minutes * minuteMs;
      const facts = Object.entries(clusters).map(([id, stages]) => [
        id,
        clusterFacts(atMs, stages),
      ]);
      const transitions = advance(release, factsOf(Object.fromEntries(facts)), atMs);
      release = applyTransitions(release, transitions);
      return transitions.map(({ kind }) => kind);
    };
    const done = [{ healthy: 9, offline: 1 }];
    expect(tick(1, { bj: [{ healthy: 8, watching: 1, offline: 1 }] })).toEqual([]);
    expect(tick(2, { bj: done })).toEqual([
      "markConverged",
      "passStage",
      "clusterConverging",
      "clusterWaitingForVerification",
    ]);
    expect(tick(3, { bj: done, sh: [{ pending: 5 }] })).toEqual([]);
    release = ordered(release, { verb: "verifyCluster" }, t0 + 4 * minuteMs);
    expect(tick(4, { bj: done }), "its master does not answer").toEqual([]);
    expect(tick(5, { bj: done, sh: [{ pending: 5 }] })).toEqual(["startCluster", "openStage"]);
    expect(tick(6, { bj: done, sh: [{ healthy: 5 }] })).toHaveLength(4);
    release = ordered(release, { verb: "verifyCluster", clusterId: "sh" }, t0 + 7 * minuteMs);
    expect(tick(7, {})).toEqual(["complete"]);
    expect(release.state).toBe("completed");
  });

  it("verifies by itself where the plan says so", () => {
    const automatic = planWith([full()]);
    automatic.clusters[0]!.verification = "automatic";
    const { kinds, next } = step(started(automatic), t0 + minuteMs, [{ healthy: 3 }]);
    expect(kinds.slice(3)).toEqual([
      "clusterWaitingForVerification",
      "clusterVerified",
      "complete",
    ]);
    expect(next.state).toBe("completed");
  });

  it("waits at most 15 minutes for the last machines of a cluster", () => {
    const release = started(planWith([full({ convergedShareMin: 0.9 })]));
    const stages = [{ healthy: 95, downloading: 5 }];
    const converging = step(release, t0 + minuteMs, stages);
    expect(converging.kinds.at(-1)).toBe("clusterConverging");
    expect(step(converging.next, t0 + 15 * minuteMs, stages).kinds).toEqual([]);
    const done = step(converging.next, t0 + 16 * minuteMs, stages);
    expect(done.transitions[0]).toMatchObject({
      kind: "clusterWaitingForVerification",
      event: { values: { healthy: 95, remaining: 5 } },
    });
  });

  it("asks a person at a manual gate, once, and opens when told to", () => {
    const manual = started(planWith([gray(["m1"], { manual: true }), full()]));
    const waits = step(manual, t0 + minuteMs, [{ healthy: 1 }]);
    expect(waits.kinds).toEqual(["markConverged", "waitForPerson"]);
    const days = t0 + 5 * 24 * 60 * minuteMs;
    expect(step(waits.next, days, [{ healthy: 1 }]).kinds).toEqual([]);
    expect(waitingFor(waits.next, waits.facts, t0 + minuteMs)?.code).toBe("person");
    const opened = ordered(waits.next, { verb: "continue" }, days);
    expect(opened).toMatchObject({
      stateReason: null,
      clusters: [{ state: "full", stageIndex: 1 }],
    });
    const sick = step(waits.next, days, [{ failed: { start_failed: 1 } }]);
    expect(sick.next.state, "also while a person is awaited").toBe("paused");
  });
});

describe("advance() halts", () => {
  const limits = { failuresMax: 5, failureShareMax: 0.02, convergedShareMin: 0.9 };
  const open = () => started(planWith([batch(10, limits), full()]));

  it.each<[string, Partial<StageFacts>, Record<string, unknown>]>([
    [
      "failures over the share",
      { healthy: 97, failed: { start_failed: 2, io_error: 1 } },
      { reason: "failures", failed: 3, mostOften: "start_failed" },
    ],
    ["failures over the count", { healthy: 994, failed: { disk_full: 6 } }, { failed: 6 }],
    ["silence after the change", { healthy: 97, goneDark: 3 }, { reason: "failures", goneDark: 3 }],
    ["local rollbacks", { healthy: 97, rolledBackOnMachine: 3 }, { rolledBackOnMachine: 3 }],
    ["appetite over the declared budget", { healthy: 97, overBudget: 3 }, { overBudget: 3 }],
    [
      "all of them together",
      { healthy: 97, goneDark: 1, overBudget: 1, failed: { internal: 1 } },
      { failed: 3 },
    ],
    ["restarts", { healthy: 100, restarted: 6 }, { reason: "restarts", restarted: 6 }],
  ])("on %s", (_name, counts, values) => {
    const { kinds, next } = step(open(), t0 + minuteMs, [counts]);
    expect(kinds).toEqual(["failGate", "pause"]);
    expect(next.stateReason).toMatchObject({ code: "gateFailed", values: { stage: 1, ...values } });
  });

  it("early, when a share far above the limit is already plain", () => {
    const wide = started(
      planWith([batch(50, { failuresMax: 1e6, failureShareMax: 0.01 }), full()]),
    );
    const counts = { pending: 99_980, healthy: 10, failed: { exited_early: 10 } };
    expect(step(wide, t0 + minuteMs, [counts]).next.state).toBe("paused");
    const few = { pending: 99_980, healthy: 19, failed: { exited_early: 1 } };
    expect(step(wide, t0 + minuteMs, [few]).next.state).toBe("running");
  });

  it("and rolls back where the plan says so", () => {
    const plan = planWith([full()], { onGateFailure: "rollBack" });
    const { kinds, next } = step(started(plan), t0 + minuteMs, [{ goneDark: 1 }]);
    expect(kinds).toEqual(["failGate", "rollBack"]);
    expect(next).toMatchObject({ state: "rolledBack", clusters: [{ state: "rolledBack" }] });
  });

  it("on failures in stages and clusters that had passed", () => {
    const late = [{ failed: { liveness_failed: 1 } }, { pending: 400 }];
    expect(step(inBatch(), t0 + 2 * minuteMs, late).next.stateReason?.values).toMatchObject({
      ...{ stage: 2, reason: "lateFailures", failed: 1, mostOften: "liveness_failed" },
    });
    let two = started(planWith([full()], { clusterIds: ["bj", "sh"] }));
    two = step(two, t0 + minuteMs, [{ healthy: 1 }]).next;
    two = ordered(two, { verb: "verifyCluster" }, t0 + minuteMs);
    expect(step(two, t0 + 2 * minuteMs, [{ overBudget: 1 }]).next.state).toBe("paused");
  });

  it("not on one lost machine of a stage that had passed, where later stages bear some", () => {
    const bearing = planWith([
      gray(["m1"]),
      batch(10, { failuresMax: 99, failureShareMax: 0.01 }),
      full(),
    ]);
    const open = step(started(bearing), t0 + minuteMs, [{ healthy: 1 }]).next;
    const lost = (alive: number, dark: number) => [
      { goneDark: 1 },
      { healthy: alive, goneDark: dark },
    ];
    expect(step(open, t0 + 2 * minuteMs, lost(298, 2)).kinds).toEqual([]);
    const halted = step(open, t0 + 2 * minuteMs, lost(297, 3));
    expect(halted.next.stateReason?.values).toMatchObject({ reason: "lateFailures", failed: 4 });
    const again = ordered(halted.next, { verb: "continue" }, t0 + 3 * minuteMs);
    expect(step(again, t0 + 4 * minuteMs, lost(297, 3)).kinds).toEqual([]);
    expect(step(again, t0 + 4 * minuteMs, lost(296, 4)).next.state).toBe("paused");
  });

  it("at the deadline, but not while nothing may change", () => {
    const release = started(planWith([full({ deadlineSeconds: 600 })]));
    const stages = [{ pending: 10 }];
    expect(step(release, t0 + 10 * minuteMs - 1, stages).kinds).toEqual([]);
    expect(step(release, t0 + 10 * minuteMs, stages).next.stateReason).toMatchObject({
      ...{ code: "gateFailed", values: { reason: "deadline", remaining: 10 } },
    });
    const frozen = { frozen: { code: "freeze", values: {} } };
    expect(step(release, t0 + 10 * minuteMs, stages, frozen).kinds).toEqual([]);
    const thawed = { freezeEndedAtMs: t0 + 5 * minuteMs };
    expect(step(release, t0 + 10 * minuteMs, stages, thawed).kinds).toEqual([]);
    expect(step(release, t0 + 15 * minuteMs, stages, thawed).next.state).toBe("paused");
  });

  it("when a stage that must have machines has none", () => {
    const release = started(planWith([batch(10), full()]));
    const none = step(release, t0 + minuteMs, [{}], { machines: 1000 });
    expect(none.next.stateReason).toMatchObject({
      ...{ code: "inconclusive", values: { reason: "emptyStage" } },
    });
    const small = step(release, t0 + minuteMs, [{}], { machines: 9 });
    expect(small.kinds, "1 of 9 machines may be none").toContain("openStage");
    const strangers = step(started(planWith([gray(["gone"]), full()])), t0 + minuteMs, [{}]);
    expect(strangers.next.state).toBe("paused");
    const noPackage = step(release, t0 + minuteMs, [{ notEligible: 100 }]);
    expect(noPackage.kinds).toContain("openStage");
  });

  it("accepts what a person accepted, and not one more", () => {
    const halted = step(open(), t0 + minuteMs, [{ healthy: 97, goneDark: 3 }]).next;
    const again = ordered(halted, { verb: "continue" }, t0 + 2 * minuteMs);
    expect(step(again, t0 + 3 * minuteMs, [{ healthy: 97, goneDark: 3 }]).kinds).toContain(
      "openStage",
    );
    expect(step(again, t0 + 3 * minuteMs, [{ healthy: 96, goneDark: 4 }]).next.state).toBe(
      "paused",
    );
  });

  it("gives a new deadline, and lets stragglers pass, when a person continues after it", () => {
    const release = started(planWith([batch(10, { deadlineSeconds: 600 }), full()]));
    const stages = [{ healthy: 90, pending: 10 }];
    const late = step(release, t0 + 10 * minuteMs, stages).next;
    const again = ordered(late, { verb: "continue" }, t0 + 20 * minuteMs);
    expect(step(again, t0 + 21 * minuteMs, stages).kinds).toContain("openStage");
    const worse = [{ healthy: 80, pending: 20 }];
    expect(step(again, t0 + 21 * minuteMs, worse).kinds).toEqual([]);
    expect(step(again, t0 + 30 * minuteMs, worse).next.state).toBe("paused");
  });
});

describe("advance() without evidence", () => {
  const healthy = [{ healthy: 1 }];

  it.each<[string, number, Partial<ClusterFacts>]>([
    ["too old", -121_000, {}],
    ["from the future", 6_000, {}],
    ["no time at all", Number.NaN, {}],
    [
      "that does not add up",
      0,
      { stages: [{ ...clusterFacts(0, healthy).stages[0]!, targeted: 2 }] },
    ],
    ["with negative counts", 0, { stages: clusterFacts(0, [{ healthy: 2, pending: -1 }]).stages }],
    ["without the open stage", 0, { stages: [] }],
    ["of more stages than planned", 0, { stages: clusterFacts(0, Array(4).fill({})).stages }],
    ["from a master that is elsewhere", 0, { masterStageIndex: 1 }],
  ])("does nothing: %s", (_name, offsetMs, changed) => {
    const nowMs = t0 + 10 * minuteMs;
    const facts = factsOf({ bj: clusterFacts(nowMs + offsetMs, healthy, changed) });
    expect(advance(started(plan), facts, nowMs)).toEqual([]);
    expect(waitingFor(started(plan), facts, nowMs)?.code).toBe("facts");
  });

  it("does nothing on facts from before the stage opened", () => {
    const facts = factsOf({ bj: clusterFacts(t0, healthy) });
    expect(advance(started(plan), facts, t0 + 1000)).toEqual([]);
    expect(waitingFor(started(plan), facts, t0 + 1000)?.values.reason).toBe("beforeStage");
  });

  it("does not take facts that are ahead of its clock for facts on the stage that it opens", () => {
    const opened = step(started(plan), t0 + minuteMs, healthy).next;
    const ahead = factsOf({
      bj: clusterFacts(t0 + minuteMs + 400, [{ healthy: 1 }, { healthy: 9 }]),
    });
    expect(advance(opened, ahead, t0 + minuteMs)).toEqual([]);
    expect(advance(opened, ahead, t0 + 2 * minuteMs)).toEqual([]);
  });

  it("does nothing while nobody is reachable", () => {
    expect(step(started(plan), t0 + minuteMs, [{ offline: 1 }]).kinds).toEqual([]);
  });

  it("pauses at the deadline, also where a failed gate would roll back", () => {
    const silent = started(
      planWith([full({ deadlineSeconds: 60 })], { onGateFailure: "rollBack" }),
    );
    expect(advance(silent, factsOf({}), t0 + minuteMs - 1)).toEqual([]);
    const [pause, ...more] = advance(silent, factsOf({}), t0 + minuteMs);
    expect(more).toEqual([]);
    expect(pause).toMatchObject({ kind: "pause", reason: { values: { reason: "noFacts" } } });
  });

  it("opens nothing during a freeze", () => {
    const frozen = { frozen: { code: "freeze", values: { owner: "li" } } };
    const { kinds, next, facts } = step(started(plan), t0 + minuteMs, healthy, frozen);
    expect(kinds).toEqual(["markConverged"]);
    expect(waitingFor(next, facts, t0 + minuteMs)).toMatchObject({
      ...{ code: "frozen", values: { reason: "freeze", owner: "li" } },
    });
    expect(step(next, t0 + 2 * minuteMs, healthy).kinds).toEqual(["passStage", "openStage"]);
  });
});

describe("advance() on a release that is not running", () => {
  it.each(["draft", "waitingForApproval", "paused", "completed", "rolledBack", "aborted"] as const)(
    "%s: nothing, whatever the facts say",
    (state) => {
      const release = { ...started(plan), state };
      const facts = factsOf({ bj: clusterFacts(t0 + 1, [{ failed: { internal: 1 } }]) });
      expect(advance(release, facts, t0 + 1)).toEqual([]);
      expect(
        advance(release, factsOf({ bj: clusterFacts(t0 + 1, [{ healthy: 1 }]) }), t0 + 1),
      ).toEqual([]);
    },
  );
});
