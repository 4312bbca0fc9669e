import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clusterReleaseStates, releaseStates } from "../../contract/release-state.ts";
import { releaseEventKinds } from "../../contract/release-vocabulary.ts";
import { advance } from "./advance.ts";
import { applyTransitions } from "./apply-transitions.ts";
import type { ClusterFacts, ReleaseFacts, StageFacts } from "./facts.ts";
import type { ClusterRecord, ReleaseRecord } from "./release-record.ts";
import { newReleaseRecord } from "./release-record.ts";
import { batch, clusterFacts, factsOf, full, gate, gray, planWith, t0 } from "./testing/plans.ts";
import type { TransitionKind } from "./transitions.ts";

const hourMs = 3_600_000;
const nowMs = t0 + hourMs;
const bearing = { failuresMax: 2, failureShareMax: 0.2, convergedShareMin: 0.6 };
const plan = planWith(
  [gray(["m1"]), batch(10, { ...bearing, soakSeconds: 600 }), full({ manual: true })],
  { clusterIds: ["bj", "sh"] },
);

const stageIndexOf = { gray: 0, batch: 1 } as Partial<Record<ClusterRecord["state"], number>>;

function releaseWith(state: ClusterRecord["state"], convergedAtMs: number | null = null) {
  const release = newReleaseRecord(7, plan, t0, "running");
  const [bj, sh] = release.clusters as [ClusterRecord, ClusterRecord];
  const stageIndex = state === "waiting" ? -1 : (stageIndexOf[state] ?? 2);
  const stageOpenedAtMs = Array.from({ length: stageIndex + 1 }, (_, index) => t0 + index);
  const first = { ...bj, state, stageIndex, stageOpenedAtMs, convergedAtMs };
  return { ...release, clusters: [first, sh] };
}

/** What can be seen of the newest stage. */
const sights = {
  missing: null,
  stale: "stale",
  allWell: { healthy: 5 },
  onTheWay: { healthy: 1, downloading: 4 },
  failing: { healthy: 1, failed: { exited_early: 4 } },
  dark: { healthy: 1, goneDark: 4 },
  overBudget: { healthy: 1, overBudget: 4 },
  offline: { offline: 5 },
  empty: {},
} as const;
type Sight = keyof typeof sights;

function factsWith(release: ReleaseRecord, sight: Sight): ReleaseFacts {
  const seen = sights[sight];
  const sh = clusterFacts(nowMs, []);
  if (seen === null) return factsOf({ sh });
  const newest = release.clusters[0]!.stageIndex;
  const stages = plan.clusters[0]!.stages.map((_, index): Partial<StageFacts> => {
    if (index > newest) return { pending: 5 };
    return index < newest ? { healthy: 5 } : seen === "stale" ? { healthy: 5 } : seen;
  });
  const atMs = seen === "stale" ? nowMs - hourMs / 2 : nowMs;
  return factsOf({ bj: clusterFacts(atMs, stages), sh });
}

const halts: TransitionKind[] = ["failGate", "pause"];
const begins: TransitionKind[] = ["startCluster", "openStage"];
const next: TransitionKind[] = ["markConverged", "passStage", "openStage"];
const soaks: TransitionKind[] = ["markConverged"];
const done: TransitionKind[] = ["clusterWaitingForVerification"];
const ends: TransitionKind[] = ["markConverged", "passStage", "clusterConverging", ...done];
const none: TransitionKind[] = [];

type Expected = Record<Sight, TransitionKind[]>;
const sick = { failing: halts, dark: halts, overBudget: halts };
const blind = { missing: none, stale: none };

/** What every sight does in every state of a cluster. */
const table: Record<ClusterRecord["state"], Expected> = {
  waiting: {
    ...{ missing: none, stale: none, allWell: begins, onTheWay: begins, failing: begins },
    ...{ dark: begins, overBudget: begins, offline: begins, empty: begins },
  },
  gray: { ...blind, ...sick, allWell: next, onTheWay: none, offline: none, empty: ["pause"] },
  batch: { ...blind, ...sick, allWell: soaks, onTheWay: none, offline: none, empty: ["pause"] },
  full: { ...blind, ...sick, allWell: ends, onTheWay: none, offline: none, empty: ["pause"] },
  converging: { ...blind, ...sick, allWell: done, onTheWay: none, offline: done, empty: done },
  waitingForVerification: {
    ...{ ...blind, ...sick, allWell: none, onTheWay: none, offline: none, empty: none },
  },
  verified: {
    ...{ missing: begins, stale: begins, ...sick, allWell: begins, onTheWay: begins },
    ...{ offline: begins, empty: begins },
  },
  rolledBack: {
    ...{ missing: begins, stale: begins, allWell: begins, onTheWay: begins, failing: begins },
    ...{ dark: begins, overBudget: begins, offline: begins, empty: begins },
  },
};

describe("advance() in every state of a cluster, whatever is seen", () => {
  const cases = clusterReleaseStates.flatMap((state) =>
    (Object.keys(sights) as Sight[]).map((sight) => [state, sight] as const),
  );

  it.each(cases)("%s × %s", (state, sight) => {
    const release = releaseWith(state, state === "converging" ? nowMs - 1 : null);
    const facts = factsWith(release, sight);
    const transitions = advance(release, facts, nowMs);
    expect(transitions.map(({ kind }) => kind)).toEqual(table[state][sight]);
    expect(advance(applyTransitions(release, transitions), facts, nowMs)).toEqual([]);
  });
});

const count = fc.nat(30);
const stageFactsArbitrary: fc.Arbitrary<Partial<StageFacts>> = fc.record(
  {
    ...{ notEligible: count, offline: count, held: count, pending: count, downloading: count },
    ...{ switching: count, watching: count, healthy: fc.nat(300), goneDark: fc.nat(3) },
    ...{ rolledBackOnMachine: fc.nat(2), overBudget: fc.nat(2), restarted: fc.nat(3) },
    failed: fc.record({ start_failed: fc.nat(2) }),
  },
  { requiredKeys: [] },
);
const offsetMs = fc.oneof(fc.constant(0), fc.integer({ min: -2 * hourMs, max: hourMs }));
const clusterArbitrary: fc.Arbitrary<ClusterFacts> = fc
  .tuple(offsetMs, fc.array(stageFactsArbitrary, { maxLength: 4 }), fc.nat(2000), fc.boolean())
  .map(([offset, stages, machines, frozen]) =>
    clusterFacts(nowMs + offset, stages, {
      machines,
      frozen: frozen ? { code: "freeze", values: {} } : null,
    }),
  );
const factsArbitrary: fc.Arbitrary<ReleaseFacts> = fc
  .record({ bj: clusterArbitrary, sh: clusterArbitrary }, { requiredKeys: [] })
  .map((clusters) => ({ clusters }));

const gates = fc.record({
  soakSeconds: fc.constantFrom(0, 60),
  convergedShareMin: fc.constantFrom(0, 0.5, 1),
  failuresMax: fc.nat(4),
  failureShareMax: fc.constantFrom(0, 0.05, 1),
  deadlineSeconds: fc.constantFrom(60, 86_400),
  manual: fc.boolean(),
});
const releaseArbitrary: fc.Arbitrary<ReleaseRecord> = fc
  .record({
    gates: fc.tuple(gates, gates, gates),
    state: fc.constantFrom(...releaseStates),
    clusterState: fc.constantFrom(...clusterReleaseStates),
    convergedAtMs: fc.option(fc.integer({ min: t0, max: nowMs })),
    onGateFailure: fc.constantFrom("pause" as const, "rollBack" as const),
    verification: fc.constantFrom("person" as const, "automatic" as const),
  })
  .map(({ gates: [a, b, c], state, clusterState, convergedAtMs, onGateFailure, verification }) => {
    const stages = [gray(["m1"], gate(a)), batch(10, gate(b)), full(gate(c))];
    const own = planWith(stages, { clusterIds: ["bj", "sh"], onGateFailure });
    for (const cluster of own.clusters) cluster.verification = verification;
    return { ...releaseWith(clusterState, convergedAtMs), plan: own, state };
  });

const forward: TransitionKind[] = [
  ...(["startCluster", "openStage", "markConverged", "passStage", "waitForPerson"] as const),
  ...(["clusterConverging", "clusterWaitingForVerification", "clusterVerified"] as const),
];

describe("advance() on anything", () => {
  it("is deterministic, idempotent and leaves what it is given alone", () => {
    fc.assert(
      fc.property(releaseArbitrary, factsArbitrary, (release, facts) => {
        const [before, seen] = [structuredClone(release), structuredClone(facts)];
        const transitions = advance(release, facts, nowMs);
        expect(advance(structuredClone(release), structuredClone(facts), nowMs)).toEqual(
          transitions,
        );
        expect([release, facts]).toEqual([before, seen]);
        expect(advance(applyTransitions(release, transitions), facts, nowMs)).toEqual([]);
      }),
      { numRuns: 1500 },
    );
  }, 60_000);

  it("opens at most one stage, in one cluster, and never another before the one before it", () => {
    fc.assert(
      fc.property(releaseArbitrary, factsArbitrary, (release, facts) => {
        const opened = advance(release, facts, nowMs).filter(({ kind }) => kind === "openStage");
        expect(opened.length).toBeLessThanOrEqual(1);
        for (const transition of opened) {
          if (transition.kind !== "openStage") continue;
          const cluster = release.clusters.find((one) => one.clusterId === transition.clusterId)!;
          expect(transition.stageIndex).toBe(cluster.stageIndex + 1);
          expect(transition.skipped).toEqual([]);
        }
      }),
      { numRuns: 1500 },
    );
  }, 60_000);

  it("goes forward in no cluster without fresh facts from it", () => {
    fc.assert(
      fc.property(releaseArbitrary, factsArbitrary, (release, facts) => {
        for (const transition of advance(release, facts, nowMs)) {
          if (!forward.includes(transition.kind) || !("clusterId" in transition)) continue;
          const own = facts.clusters[transition.clusterId];
          expect(own).toBeDefined();
          expect(nowMs - own!.factsAtMs).toBeLessThanOrEqual(120_000);
        }
        for (const { kind } of advance(release, { clusters: {} }, nowMs))
          expect(["pause", "complete", "rollBack"]).toContain(kind);
      }),
      { numRuns: 1500 },
    );
  }, 60_000);

  it("does nothing to a release that has halted, and tells every event by a known name", () => {
    fc.assert(
      fc.property(releaseArbitrary, factsArbitrary, (release, facts) => {
        const transitions = advance(release, facts, nowMs);
        if (release.state !== "running") expect(transitions).toEqual([]);
        for (const { event } of transitions) {
          expect(releaseEventKinds).toContain(event.kind);
          for (const value of Object.values(event.values))
            expect(["string", "number"]).toContain(typeof value);
        }
      }),
      { numRuns: 500 },
    );
  });
});
