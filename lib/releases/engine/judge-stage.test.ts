import { describe, expect, it } from "vitest";
import type { ControlGate } from "../../contract/release-plan.ts";
import { advance } from "./advance.ts";
import { applyTransitions } from "./apply-transitions.ts";
import { singleValues } from "./compare-to-control.ts";
import type { ComparisonFacts } from "./facts.ts";
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

const mib = 1024 * 1024;

/** 1,000 machines with 100 … 149 MiB, and treated ones with `factor` times that. */
function memory(
  factor: number,
  treated: number,
  changed: { sampled?: boolean; basis?: ComparisonFacts["basis"] } = {},
): ComparisonFacts {
  const { sampled = true, basis = "level" } = changed;
  const group = (machines: number, times: number, isSampled = true) => ({
    ...{ machines, cpuPercent: [], restartedMachines: null },
    rssBytes: isSampled
      ? singleValues(
          Array.from({ length: machines }, (_, at) => times * mib * (100 + ((at * 7) % 50))),
        )
      : [],
  });
  const strata = [
    {
      machineType: "LINUX" as const,
      treatment: group(treated, factor, sampled),
      control: group(1000, 1),
    },
  ];
  return { basis, strata };
}

const compared = (control?: Partial<ControlGate>) =>
  started(
    planWith([
      batch(10, control ? { control: { mode: "whenPossible", ratioMax: 1.25, ...control } } : {}),
      full(),
    ]),
  );

function look(release: ReleaseRecord, minutes: number, comparison: ComparisonFacts | null) {
  const atMs = t0 + minutes * minuteMs;
  const facts = factsOf({ bj: clusterFacts(atMs, [{ healthy: 100 }], { comparison }) });
  const next = applyTransitions(release, advance(release, facts, atMs));
  return { next, waits: waitingFor(next, facts, atMs), stage: next.clusters[0]!.stageIndex };
}

describe("a stage compared with machines not yet changed", () => {
  it("opens the next when it is no different, and halts when it is", () => {
    expect(look(compared(), 1, memory(1, 100)).stage).toBe(1);
    const halted = look(compared(), 1, memory(2, 100)).next;
    expect(halted).toMatchObject({ state: "paused", stateReason: { code: "gateFailed" } });
    expect(halted.stateReason!.values).toMatchObject({
      ...{ reason: "memory", where: "median", machineType: "LINUX", treatmentMachines: 100 },
      ...{ stage: 1, treatment: 2.61e8, control: 1.31e8 },
    });
  });

  it("goes on when a person has seen that and continues", () => {
    const halted = look(compared(), 1, memory(2, 100)).next;
    const again = ordered(halted, { verb: "continue" }, t0 + 2 * minuteMs);
    expect(look(again, 3, memory(2, 100)).stage).toBe(1);
  });

  it.each<[string, Partial<ControlGate>, ComparisonFacts | null]>([
    ["the plan says not to", { mode: "off" }, memory(9, 100)],
    ["the plan bears it", { ratioMax: 3 }, memory(2, 100)],
    ["there are too few machines", {}, memory(9, 3)],
    ["nothing is measured", {}, null],
  ])("is left to budgets and failures when %s", (_name, control, comparison) => {
    expect(look(compared(control), 1, comparison).stage).toBe(1);
  });

  it("does not compare named machines by level, but by their own past", () => {
    const named = started(planWith([gray(["m1"]), full()]));
    const seen = (comparison: ComparisonFacts) => {
      const facts = clusterFacts(t0 + minuteMs, [{ healthy: 1 }], { comparison });
      return advance(named, factsOf({ bj: facts }), t0 + minuteMs).map(({ kind }) => kind);
    };
    expect(seen(memory(9, 100))).toContain("openStage");
    expect(seen(memory(9, 100, { basis: "ratioToOwnBefore" }))).toEqual(["failGate", "pause"]);
  });

  it.each<[string, Partial<ControlGate>, ComparisonFacts | null]>([
    // Fourteen machines, most of which use more: hardly chance, and not certain either.
    ["memory", {}, memory(1.28, 14)],
    ["noSamples", {}, memory(1, 100, { sampled: false })],
    ["noControl", { mode: "required" }, null],
  ])(
    "in doubt (%s) it is watched ten minutes longer, then a person is asked",
    (reason, control, comparison) => {
      const doubtful = look(compared(control), 1, comparison);
      expect(doubtful).toMatchObject({
        stage: 0,
        waits: { code: "inconclusive", values: { reason } },
      });
      expect(look(doubtful.next, 10, comparison).next.state).toBe("running");
      expect(look(doubtful.next, 10, memory(1, 100)).stage, "the doubt has gone").toBe(1);
      const asked = look(doubtful.next, 11, comparison).next;
      expect(asked).toMatchObject({
        ...{ state: "paused", stateReason: { code: "inconclusive", values: { reason, stage: 1 } } },
      });
      const again = ordered(asked, { verb: "continue" }, t0 + 12 * minuteMs);
      expect(look(again, 13, comparison).stage).toBe(1);
    },
  );
});
