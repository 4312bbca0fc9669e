import { describe, expect, it } from "vitest";
import { advance } from "./advance.ts";
import { applyTransitions } from "./apply-transitions.ts";
import type { SilenceFacts, StageFacts } from "./facts.ts";
import type { ReleaseRecord } from "./release-record.ts";
import { sharedSilence } from "./shared-silence.ts";
import {
  batch,
  clusterFacts,
  factsOf,
  full,
  gray,
  minuteMs,
  planWith,
  started,
  t0,
} from "./testing/plans.ts";
import { waitingFor } from "./waiting-for.ts";

const silenceOf = (goneDarkLately: number[], silent: number, machines: number): SilenceFacts => ({
  goneDarkLately,
  others: { machines, silent },
});

describe("sharedSilence()", () => {
  const shared = (stage: Partial<StageFacts>, silence?: SilenceFacts) =>
    sharedSilence(clusterFacts(t0, [stage], { silence }), [0]);

  it.each<[string, number, Partial<StageFacts>, SilenceFacts | undefined]>([
    ["a net fails", 40, { healthy: 60, goneDark: 40 }, silenceOf([40], 3_600, 9_000)],
    ["a master cannot keep up", 12, { healthy: 883, goneDark: 12 }, silenceOf([12], 90, 9_000)],
    ["the one gray machine, and half of the rest", 1, { goneDark: 1 }, silenceOf([1], 500, 999)],
    ["the version takes machines down", 0, { healthy: 63, goneDark: 7 }, silenceOf([7], 9, 9_900)],
    ["the one gray machine only", 0, { goneDark: 1 }, silenceOf([1], 0, 999)],
    ["the one gray machine, and one of a thousand", 0, { goneDark: 1 }, silenceOf([1], 1, 999)],
    ["longer ago", 0, { healthy: 60, goneDark: 40 }, silenceOf([0], 3_600, 9_000)],
    ["part of it longer ago", 20, { healthy: 60, goneDark: 40 }, silenceOf([20], 3_600, 9_000)],
    ["nobody is left to compare with", 0, { healthy: 10, goneDark: 90 }, silenceOf([90], 0, 0)],
    ["too few are left", 0, { healthy: 10, goneDark: 90 }, silenceOf([90], 17, 19)],
    [
      "machines that have not begun are silent without a cause of ours",
      0,
      { pending: 93, goneDark: 7 },
      silenceOf([7], 90, 9_000),
    ],
    ["a master does not tell", 0, { healthy: 60, goneDark: 40 }, undefined],
  ])("%s: %d", (_name, expected, stage, silence) => {
    expect(shared(stage, silence)).toBe(expected);
  });

  it("is one question for stages together", () => {
    const stages = [{ healthy: 1 }, { healthy: 90, goneDark: 9 }, { healthy: 800, goneDark: 100 }];
    const facts = clusterFacts(t0, stages, { silence: silenceOf([0, 9, 100], 1_000, 9_000) });
    expect(sharedSilence(facts, [0, 1, 2])).toBe(109);
  });
});

describe("a release in a silence", () => {
  const plan = planWith([
    gray(["m1"]),
    batch(10, { failuresMax: 5, failureShareMax: 0.01 }),
    full(),
  ]);
  const inBatch = (): ReleaseRecord => {
    const release = started(plan);
    const facts = clusterFacts(t0 + minuteMs, [{ healthy: 1 }]);
    return applyTransitions(release, advance(release, factsOf({ bj: facts }), t0 + minuteMs));
  };
  const look = (
    release: ReleaseRecord,
    minutes: number,
    stages: Partial<StageFacts>[],
    silence?: SilenceFacts,
  ) => {
    const atMs = t0 + minutes * minuteMs;
    const facts = factsOf({ bj: clusterFacts(atMs, stages, { silence }) });
    const next = applyTransitions(release, advance(release, facts, atMs));
    return { next, waits: waitingFor(next, facts, atMs), stage: next.clusters[0]!.stageIndex };
  };

  it("waits for machines that others are silent with, and goes on when they are back", () => {
    const silent = look(
      inBatch(),
      2,
      [{ healthy: 1 }, { healthy: 60, goneDark: 39 }],
      silenceOf([0, 39], 360, 900),
    );
    expect(silent).toMatchObject({
      ...{ stage: 1, next: { state: "running" } },
      waits: {
        code: "silence",
        values: { clusterId: "bj", stage: 2, goneDark: 39, othersSilent: 360 },
      },
    });
    const back = look(silent.next, 4, [{ healthy: 1 }, { healthy: 99 }], silenceOf([0, 0], 2, 900));
    expect(back.stage).toBe(2);
  });

  it("halts when they are still silent and the others are not", () => {
    const { next } = look(
      inBatch(),
      12,
      [{ healthy: 1 }, { healthy: 60, goneDark: 39 }],
      silenceOf([0, 39], 3, 900),
    );
    expect(next).toMatchObject({
      state: "paused",
      stateReason: { code: "gateFailed", values: { goneDark: 39 } },
    });
  });

  it("halts for failures of another kind in the midst of it", () => {
    const stages = [{ healthy: 1 }, { healthy: 50, goneDark: 39, failed: { exited_early: 10 } }];
    const { next } = look(inBatch(), 2, stages, silenceOf([0, 39], 360, 900));
    expect(next.stateReason).toMatchObject({ code: "gateFailed", values: { reason: "failures" } });
  });

  it("opens nothing while machines of an earlier stage share it", () => {
    const atGray = [{ goneDark: 1 }, { healthy: 99 }];
    const waiting = look(inBatch(), 2, atGray, silenceOf([1, 0], 450, 900));
    expect(waiting).toMatchObject({
      stage: 1,
      next: { state: "running" },
      waits: { code: "silence" },
    });
    const alone = look(inBatch(), 2, atGray, silenceOf([1, 0], 0, 900)).next;
    expect(alone.stateReason).toMatchObject({ values: { reason: "lateFailures" } });
  });

  it("judges nothing while machines may be on their way back, from old counts or new ones", () => {
    const atMs = t0 + 2 * minuteMs;
    const stages = [{ healthy: 1 }, { goneDark: 99 }];
    const facts = (returnUntilMs: number) =>
      factsOf({ bj: clusterFacts(atMs, stages, { returnUntilMs }) });
    expect(advance(inBatch(), facts(atMs + 1), atMs)).toEqual([]);
    expect(waitingFor(inBatch(), facts(atMs + 1), atMs)).toMatchObject({
      ...{ code: "facts", values: { reason: "returning" } },
    });
    expect(advance(inBatch(), facts(atMs), atMs).map(({ kind }) => kind)).toContain("failGate");
  });

  it("says nothing of a silence that the plan bears", () => {
    const stages = [{ healthy: 1 }, { healthy: 999, goneDark: 1 }];
    expect(look(inBatch(), 2, stages, silenceOf([0, 1], 9, 900)).waits?.code).toBe("machines");
  });
});
