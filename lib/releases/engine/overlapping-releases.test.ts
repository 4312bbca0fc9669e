import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReleaseVerb } from "../../contract/console-views.ts";
import type { DesiredState } from "../../contract/desired-state.ts";
import type { ReleasePlan, Stage } from "../../contract/release-plan.ts";
import { composeDesiredState, documentFor } from "../../desired-state/compose-desired-state.ts";
import { ifritAgentName } from "./change-permission.ts";
import { batch, full, gray, planWith } from "./testing/plans.ts";
import { clusterId, type SmallMachine, SmallWorld } from "./testing/small-world.ts";

const bearing = {
  convergedShareMin: 0.5,
  failuresMax: 3,
  failureShareMax: 0.3,
  restartedShareMax: 1,
};
const stageLists: Stage[][] = [
  [full(bearing)],
  [gray(["m0", "m3"], bearing), full(bearing)],
  [gray(["m1"]), batch(20, bearing), batch(60, bearing), full(bearing)],
  [batch(30, bearing), full({ ...bearing, manual: true })],
  [gray(["m0", "m1", "m2"], { ...bearing, manual: true }), batch(50, bearing)],
];

const plans: fc.Arbitrary<ReleasePlan> = fc
  .record({
    stages: fc.constantFrom(...stageLists),
    agentName: fc.constantFrom("log-agent", "monitor-agent", ifritAgentName),
    version: fc.constantFrom("1.0.0", "1.1.0", null),
    machineTypes: fc.constantFrom<ReleasePlan["machineTypes"]>(["LINUX"], ["LINUX", "CONTAINER"]),
    order: fc.constantFrom("sticky" as const, "perRelease" as const),
    onGateFailure: fc.constantFrom("pause" as const, "rollBack" as const),
  })
  .map(({ stages, ...plan }) => planWith(stages, plan));

type Step =
  | { do: "create"; plan: ReleasePlan; breaks: boolean; sameTime: boolean }
  | { do: "order"; release: number; verb: ReleaseVerb }
  | { do: "tick"; release: number; minutes: number }
  | { do: "poll"; from: number; count: number }
  | { do: "vanish" | "return"; machine: number };

const any = fc.nat(30);
const verbs: ReleaseVerb[] = [
  "pause",
  "continue",
  "continueAll",
  "rollBack",
  "abort",
  "verifyCluster",
];
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("create" as const),
      plan: plans,
      breaks: fc.boolean(),
      sameTime: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("order" as const),
      release: any,
      verb: fc.constantFrom(...verbs),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("tick" as const),
      release: any,
      minutes: fc.integer({ min: 1, max: 20 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("poll" as const), from: any, count: fc.nat(16) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom("vanish" as const, "return" as const),
      machine: any,
    }),
  },
);

function play(world: SmallWorld, step: Step): void {
  const { machines, releases } = world;
  if (step.do === "create") world.create(step.plan, step);
  if (step.do === "poll")
    for (let index = 0; index < step.count; index += 1)
      world.checkIn(machines[(step.from + index) % machines.length]!);
  if (step.do === "vanish" || step.do === "return")
    machines[step.machine % machines.length]!.dark = step.do === "vanish";
  if (releases.length === 0 || !("release" in step)) return;
  const known = releases[step.release % releases.length]!;
  if (step.do === "order") world.order(known, { verb: step.verb, actor: "li" });
  else world.tick(known, step.minutes);
}

const said = (world: SmallWorld, machine: SmallMachine) =>
  [...world.effective(machine).values()]
    .map(({ agentName, releaseId, version, scope }) => [agentName, { releaseId, version, scope }])
    .sort();
const due = (world: SmallWorld, machine: SmallMachine) => [...world.oracle(machine)].sort();

/** The documents that machines really get, read back. */
function documented(world: SmallWorld, machine: SmallMachine) {
  const document = documentFor(composeDesiredState(clusterId, world.entries, []), {
    ...{ machineId: machine.id, type: machine.type, slot: machine.slot },
  });
  const { agents } = JSON.parse(document!.bytes.toString()) as DesiredState;
  return agents.map((agent) => {
    const version = agent.want === "present" ? agent.version : null;
    return [agent.name, { releaseId: agent.releaseId, version, scope: agent.scope }];
  });
}

const histories = fc.array(steps, { minLength: 5, maxLength: 40 });

describe("overlapping releases", () => {
  it("what holds on each machine is what a naive reading of the open stages says", () => {
    fc.assert(
      fc.property(histories, (history) => {
        const world = new SmallWorld();
        for (const step of history) {
          play(world, step);
          for (const machine of world.machines)
            expect(said(world, machine)).toEqual(due(world, machine));
        }
        const [first, second] = world.machines as [SmallMachine, SmallMachine];
        for (const machine of [first, second])
          expect(documented(world, machine)).toEqual(due(world, machine));
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it("no machine changes outside its open stage or over the cap, nothing opens twice or on old facts", () => {
    fc.assert(
      fc.property(histories, (history) => {
        const world = new SmallWorld();
        for (const step of history) play(world, step);
        expect(world.violations).toEqual([]);
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it("rolling back restores exactly what held before, in word and on the machines", () => {
    const during = fc.array(
      fc.oneof(
        fc.record({ do: fc.constant("tick" as const), minutes: fc.integer({ min: 1, max: 20 }) }),
        fc.record({ do: fc.constant("poll" as const), count: fc.nat(40) }),
        fc.record({ do: fc.constantFrom("continue" as const, "continueAll" as const) }),
      ),
      { maxLength: 12 },
    );
    const before = fc.array(plans, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(before, plans, during, (older, plan, whatHappens) => {
        const world = new SmallWorld();
        for (const one of older) finish(world, one);
        const words = world.machines.map((machine) => said(world, machine));
        const running = world.machines.map(({ runs }) => new Map(runs));
        const known = world.create(plan);
        for (const step of whatHappens) {
          if (step.do === "tick") world.tick(known, step.minutes);
          else if (step.do === "poll") play(world, { do: "poll", from: 0, count: step.count });
          else world.order(known, { verb: step.do, actor: "li" });
        }
        world.order(known, { verb: "rollBack", actor: "li" });
        expect(world.machines.map((machine) => said(world, machine))).toEqual(words);
        settle(world);
        for (const [index, machine] of world.machines.entries())
          for (const [agentName, was] of running[index]!)
            expect(comparable(machine.runs.get(agentName))).toEqual(comparable(was));
        expect(world.violations).toEqual([]);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

/** Which release said that nothing is to be there makes no difference where nothing is. */
function comparable(installed: { version: string | null; releaseId: number } | undefined) {
  return installed?.version ? installed : null;
}

/** Releases to everything that the plan reaches, and every machine follows. */
function finish(world: SmallWorld, plan: ReleasePlan): void {
  const known = world.create(plan);
  world.order(known, { verb: "continueAll", actor: "li" });
  settle(world);
}

/** Two polls are enough for a rollback; under the cap for changes, a few rounds more. */
function settle(world: SmallWorld): void {
  for (let round = 0; round < 24; round += 1) play(world, { do: "poll", from: 0, count: 16 });
}
