import { describe, expect, it } from "vitest";
import { ReleaseDetail, type ReleaseVerb, releaseVerbs } from "../../contract/console-views.ts";
import { releaseStates } from "../../contract/release-state.ts";
import { VerbRefusal } from "../../contract/release-vocabulary.ts";
import { advance } from "./advance.ts";
import { applyTransitions } from "./apply-transitions.ts";
import type { ClusterRecord, ReleaseRecord } from "./release-record.ts";
import { newReleaseRecord } from "./release-record.ts";
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
import { applyVerb, refusalOf, verbsOf } from "./verbs.ts";

const plan = planWith([gray(["m1"]), batch(10), full()], { clusterIds: ["bj", "sh"] });

function releaseIn(state: ReleaseRecord["state"], first: Partial<ClusterRecord> = {}) {
  const release = started(plan);
  const [bj, ...rest] = release.clusters;
  return { ...release, state, clusters: [{ ...bj!, ...first }, ...rest] };
}
const untouched = { state: "waiting", stageIndex: -1 } as const;

/** What every verb says in every state: with an open gray stage in the first cluster. */
const table: Record<ReleaseRecord["state"], Record<ReleaseVerb, VerbRefusal | null>> = {
  draft: {
    ...{ start: null, pause: "notStarted", continue: "notStarted", continueAll: "notStarted" },
    ...{ rollBack: "notStarted", abort: null, verifyCluster: "notStarted" },
  },
  waitingForApproval: {
    ...{ start: null, pause: "notStarted", continue: "notStarted", continueAll: "notStarted" },
    ...{ rollBack: "notStarted", abort: null, verifyCluster: "notStarted" },
  },
  running: {
    ...{ start: "alreadyStarted", pause: null, continue: "notWaitingForPerson", continueAll: null },
    ...{ rollBack: null, abort: null, verifyCluster: "nothingToVerify" },
  },
  paused: {
    ...{ start: "alreadyStarted", pause: "alreadyPaused", continue: null, continueAll: null },
    ...{ rollBack: null, abort: null, verifyCluster: "isPaused" },
  },
  completed: {
    ...{ start: "ended", pause: "ended", continue: "ended", continueAll: "ended" },
    ...{ rollBack: null, abort: "ended", verifyCluster: "ended" },
  },
  rolledBack: {
    ...{ start: "ended", pause: "rolledBack", continue: "rolledBack", continueAll: "rolledBack" },
    ...{ rollBack: "rolledBack", abort: "rolledBack", verifyCluster: "rolledBack" },
  },
  aborted: {
    ...{ start: "ended", pause: "ended", continue: "ended", continueAll: "ended" },
    ...{ rollBack: null, abort: "ended", verifyCluster: "ended" },
  },
};

describe("applyVerb()", () => {
  const cases = releaseStates.flatMap((state) =>
    releaseVerbs.map((verb) => [state, verb] as const),
  );

  it.each(cases)("%s × %s", (state, verb) => {
    const hasBegun = !["draft", "waitingForApproval"].includes(state);
    const release = releaseIn(state, hasBegun ? {} : untouched);
    const before = structuredClone(release);
    const outcome = applyVerb(release, { verb, actor: "li" }, t0);
    const refusal = table[state][verb];
    expect(outcome.allowed ? null : outcome.reason).toBe(refusal);
    expect(refusalOf(verb, release)).toBe(refusal);
    if (outcome.allowed) applyTransitions(release, outcome.transitions);
    expect(release, "the record given is left as it is").toEqual(before);
  });

  it("offers the answers that the console shows", () => {
    const verbs = verbsOf(releaseIn("paused"));
    expect(ReleaseDetail.shape.verbs.parse(verbs)).toEqual(verbs);
    for (const { reason } of Object.values(verbs)) VerbRefusal.nullable().parse(reason);
  });

  it("start opens the first stage, or asks for approval first", () => {
    const draft = newReleaseRecord(7, plan, t0);
    const asked = ordered(draft, { verb: "start", needsApproval: true }, t0);
    expect(asked).toMatchObject({ state: "waitingForApproval", clusters: [untouched, untouched] });
    expect(ordered(asked, { verb: "start" }, t0 + 5)).toMatchObject({
      state: "running",
      clusters: [{ state: "gray", stageIndex: 0, stageOpenedAtMs: [t0 + 5] }, untouched],
    });
  });

  it("pause and continue leave everything where it was, with a new deadline", () => {
    const paused = ordered(started(plan), { verb: "pause" }, t0 + 1);
    expect(paused).toMatchObject({ state: "paused", stateReason: { values: { actor: "li" } } });
    const again = ordered(paused, { verb: "continue" }, t0 + 2);
    expect(again.clusters[0]).toEqual({
      ...started(plan).clusters[0],
      marks: { clockFromMs: t0 + 2 },
    });
    expect(again.clusters[1]).toEqual(started(plan).clusters[1]);
  });

  it("continueAll opens the last stage of the cluster whose turn it is, and no other cluster", () => {
    const outcome = applyVerb(started(plan), { verb: "continueAll", actor: "li" }, t0 + 9);
    expect(outcome.allowed && outcome.transitions.at(-1)).toMatchObject({
      ...{ kind: "openStage", stageIndex: 2, skipped: [1] },
    });
    const all = ordered(started(plan), { verb: "continueAll" }, t0 + 9);
    expect(all.clusters).toMatchObject([
      { state: "full", stageIndex: 2, stageOpenedAtMs: [t0, t0 + 9, t0 + 9] },
      untouched,
    ]);
    expect(refusalOf("continueAll", all)).toBe("everythingIsOpen");
  });

  it("rollBack takes back one cluster and pauses, or the last one and ends", () => {
    const bj = { ...started(plan).clusters[0]!, state: "verified" } as const;
    const release = { ...started(plan), clusters: [bj, { ...bj, clusterId: "sh" }] };
    const one = ordered(release, { verb: "rollBack", clusterId: "sh" }, t0);
    expect(one).toMatchObject({
      ...{ state: "paused", stateReason: { code: "clusterRolledBack" } },
      clusters: [{ state: "verified" }, { state: "rolledBack" }],
    });
    expect(applyVerb(one, { verb: "rollBack", actor: "li", clusterId: "sh" }, t0)).toEqual({
      ...{ allowed: false, reason: "nothingToRollBack" },
    });
    const none = ordered(one, { verb: "rollBack", clusterId: "bj" }, t0);
    expect(none.state).toBe("rolledBack");
    const goesOn = ordered(one, { verb: "continue" }, t0 + 1);
    expect(advance(goesOn, factsOf({}), t0 + 2).map(({ kind }) => kind)).toEqual(["complete"]);
  });

  it("verifyCluster names who, refuses the wrong cluster, and leaves the rest to advance", () => {
    const release = releaseIn("running", { state: "waitingForVerification", stageIndex: 2 });
    const wrong = applyVerb(release, { verb: "verifyCluster", actor: "li", clusterId: "sh" }, t0);
    expect(wrong).toEqual({ allowed: false, reason: "nothingToVerify" });
    const verified = ordered(release, { verb: "verifyCluster" }, t0);
    expect(verified.clusters).toMatchObject([{ state: "verified", verifiedBy: "li" }, untouched]);
  });

  it("a verb and the facts that led to it do not open two stages", () => {
    const waits = { ...started(plan), stateReason: { code: "person", values: {} } };
    const opened = ordered(waits, { verb: "continue" }, t0 + minuteMs);
    const facts = factsOf({ bj: clusterFacts(t0 + minuteMs, [{ healthy: 1 }, { healthy: 9 }]) });
    expect(advance(opened, facts, t0 + minuteMs)).toEqual([]);
  });
});
