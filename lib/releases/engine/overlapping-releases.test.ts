import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DesiredState } from "../../contract/desired-state.ts";
import { composeDesiredState, documentFor } from "../../desired-state/compose-desired-state.ts";
import { plans, play, type Step, steps } from "./testing/histories.ts";
import { batch, full, gray, planWith } from "./testing/plans.ts";
import { hasAlready, type Installed, type SmallMachine } from "./testing/small-machine.ts";
import { changingMax, type Known, SmallWorld } from "./testing/small-world.ts";

const said = (world: SmallWorld, machine: SmallMachine) =>
  [...world.effective(machine).values()]
    .map(({ agentName, releaseId, version, scope }) => [agentName, { releaseId, version, scope }])
    .sort();
const due = (world: SmallWorld, machine: SmallMachine) => [...world.oracle(machine)].sort();

/** The documents that machines really get, read back. */
function documented(world: SmallWorld, { id, clusterId, type, slot }: SmallMachine) {
  const composed = composeDesiredState(clusterId, world.entriesIn(clusterId), []);
  const document = documentFor(composed, { machineId: id, type, slot });
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
        const { machines } = world;
        for (const machine of [machines[0]!, machines[1]!, machines[2]!, machines.at(-1)!])
          expect(documented(world, machine)).toEqual(due(world, machine));
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it("no machine changes outside its open stage, over a cap, when held, frozen or stopped; nothing opens twice, on old facts or in a freeze", () => {
    fc.assert(
      fc.property(histories, (history) => {
        const world = new SmallWorld();
        for (const step of history) play(world, step);
        expect(world.violations).toEqual([]);
      }),
      { numRuns: 400 },
    );
  }, 60_000);

  it("rolling back restores exactly what held before, in word and on the machines, whatever else is under way", () => {
    fc.assert(
      fc.property(histories, plans, during, (history, plan, whatHappens) => {
        const world = new SmallWorld();
        for (const step of history) play(world, step);
        settle(world);
        const words = world.machines.map((machine) => said(world, machine));
        const settled = world.machines.map((machine) => remember(world, machine));
        const known = world.create(plan);
        for (const step of whatHappens) happen(world, known, step);
        world.order(known, { verb: "rollBack", actor: "li" });
        for (const [index, was] of words.entries())
          expect(said(world, world.machines[index]!)).toEqual(was);
        for (const machine of world.machines)
          expect(said(world, machine)).toEqual(due(world, machine));
        settle(world);
        for (const [index, before] of settled.entries())
          for (const [agentName, was] of before)
            expect(comparable(world.machines[index]!.runs.get(agentName))).toEqual(comparable(was));
        expect(world.violations).toEqual([]);
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it("rolling back one cluster restores it, and leaves the other's words as they are", () => {
    fc.assert(
      fc.property(histories, fc.constantFrom("bj", "sh"), (history, clusterId) => {
        const world = new SmallWorld();
        for (const step of history) play(world, step);
        const before = world.machines.map((machine) => said(world, machine));
        const stages = [gray(["m0", "m2"]), full()];
        const known = world.create(planWith(stages, { clusterIds: ["bj", "sh"] }));
        world.order(known, { verb: "continueAll", actor: "li" });
        openEverywhere(world, known);
        const during = world.machines.map((machine) => said(world, machine));
        world.order(known, { verb: "rollBack", actor: "li", clusterId });
        for (const [index, machine] of world.machines.entries())
          expect(said(world, machine)).toEqual(
            (machine.clusterId === clusterId ? before : during)[index],
          );
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

describe("what wins on equal times", () => {
  const at = (world: SmallWorld, id: string) =>
    world.effective(world.machines.find((one) => one.id === id)!).get("log-agent");

  it("gray, then batch, then default: of one release, and of releases that carry the same time", () => {
    const world = new SmallWorld();
    const stages = [gray(["m0"]), batch(50), full()];
    const known = world.create(planWith(stages, { machineTypes: ["LINUX", "CONTAINER"] }));
    world.order(known, { verb: "continueAll", actor: "li" });
    const own = world.machines.filter((one) => one.clusterId === "bj");
    const scopes = own.map(({ id }) => at(world, id)!.scope);
    expect(at(world, "m0")).toMatchObject({ scope: "gray", releaseId: 1 });
    expect(new Set(scopes)).toEqual(new Set(["gray", "batch", "default"]));
    const [later, sameTime] = [planWith([full()], { version: "9.9.9" }), true];
    world.create({ ...later, machineTypes: ["LINUX", "CONTAINER"] }, { sameTime });
    for (const [index, { id }] of own.entries())
      expect(at(world, id)!.releaseId).toBe(scopes[index] === "default" ? 2 : 1);
  });
});

describe("machines that come late", () => {
  const everybody = { machineTypes: ["LINUX", "CONTAINER"] as ("LINUX" | "CONTAINER")[] };
  const inStages = () => planWith([gray(["m0"]), batch(50, { manual: true }), full()], everybody);

  it("a new machine takes its place on the ring: it follows at once where its batch is open, and waits where it is not", () => {
    const world = new SmallWorld();
    const old = world.create(planWith([full()], { ...everybody, version: "1.0.0" }));
    const known = world.create(inStages());
    for (let round = 0; round < 5; round += 1) goOn(world, known);
    expect(known.record.clusters[0]!.stageIndex).toBe(1);
    for (let index = 0; index < 40; index += 1) world.join();
    const joined = world.machines.slice(18).filter(({ clusterId }) => clusterId === "bj");
    const releases = joined.map((one) => world.effective(one).get("log-agent")!.releaseId);
    expect(new Set(releases)).toEqual(new Set([old.record.id, known.record.id]));
    settle(world);
    for (const [index, machine] of joined.entries())
      expect(machine.runs.get("log-agent")!.releaseId).toBe(releases[index]);
    expect(world.violations).toEqual([]);
  });

  it("machines that were away come back under the same cap, few at a time", () => {
    const world = new SmallWorld(60);
    const known = world.create(planWith([full()], everybody));
    for (const machine of world.machines) machine.dark = true;
    play(world, { do: "poll", from: 0, count: 600 });
    world.tick(known, 60);
    for (const machine of world.machines) machine.dark = false;
    const own = world.machines.filter(({ clusterId }) => clusterId === "bj");
    const changed = () => own.filter((one) => one.runs.has("log-agent")).length;
    let before = 0;
    for (let round = 0; round < 2 * own.length && before < own.length; round += 1) {
      for (const machine of own) world.checkIn(machine);
      expect(changed() - before).toBeLessThanOrEqual(changingMax);
      expect(known.record.state).toBe("running");
      before = changed();
    }
    expect(before).toBe(own.length);
    expect(world.violations).toEqual([]);
  });
});

const during = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant("tick" as const), minutes: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ do: fc.constant("poll" as const), count: fc.nat(40) }),
    fc.record({ do: fc.constantFrom("continue" as const, "continueAll" as const) }),
    fc.record({ do: fc.constantFrom("pause" as const, "verifyCluster" as const) }),
    fc.record({ do: fc.constant("join" as const) }),
  ),
  { maxLength: 16 },
);
type Happening = typeof during extends fc.Arbitrary<(infer T)[]> ? T : never;

function happen(world: SmallWorld, known: Known, step: Happening): void {
  if (step.do === "tick") world.tick(known, step.minutes);
  else if (step.do === "poll") play(world, { do: "poll", from: 0, count: step.count });
  else if (step.do === "join") world.join();
  else world.order(known, { verb: step.do, actor: "li" });
}

/** What runs on a machine that is where it should be: of agents that wait for something, nothing. */
function remember(world: SmallWorld, machine: SmallMachine): Map<string, Installed> {
  const words = world.effective(machine);
  return new Map(
    [...machine.runs].filter(([agentName]) => {
      const word = words.get(agentName);
      return !word || hasAlready(machine, word) || machine.failed.has(word.releaseId);
    }),
  );
}

/** Which release said that nothing is to be there makes no difference where nothing is. */
function comparable(installed: Installed | undefined) {
  return installed?.version ? installed : null;
}

/** Everybody is there and free to change; under the caps that takes a few rounds. */
function settle(world: SmallWorld): void {
  const free: Step[] = [{ do: "thaw" }, { do: "release holds" }];
  for (const step of free) play(world, step);
  for (const machine of world.machines) machine.dark = false;
  const { length } = world.machines;
  for (let round = 0; round < 40; round += 1) play(world, { do: "poll", from: 0, count: length });
}

/** One stage further, with everybody following. */
function goOn(world: SmallWorld, known: Known): void {
  play(world, { do: "poll", from: 0, count: 3 * world.machines.length });
  world.tick(known);
}

/** Past verification of the first cluster, to the second one's end. */
function openEverywhere(world: SmallWorld, known: Known): void {
  for (const machine of world.machines) machine.dark = false;
  world.freezes = [];
  world.holds = [];
  for (let round = 0; round < 30; round += 1) {
    goOn(world, known);
    world.order(known, { verb: "verifyCluster", actor: "li" });
    world.order(known, { verb: "continue", actor: "li" });
    world.order(known, { verb: "continueAll", actor: "li" });
  }
}
