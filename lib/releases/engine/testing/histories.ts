import fc from "fast-check";
import type { ReleaseVerb } from "../../../contract/console-views.ts";
import type { ReleasePlan, Stage } from "../../../contract/release-plan.ts";
import { ifritAgentName } from "../change-permission.ts";
import { batch, full, gray, planWith } from "./plans.ts";
import { clusterIds } from "./small-machine.ts";
import type { SmallWorld } from "./small-world.ts";

/* What may happen in a SmallWorld, at random. */

const bearing = {
  convergedShareMin: 0.5,
  failuresMax: 3,
  failureShareMax: 0.3,
  restartedShareMax: 1,
};
/** The second and fifth name machines of the first cluster, the third those of both. */
const stageLists: Stage[][] = [
  [full(bearing)],
  [gray(["m0", "m3"], bearing), full(bearing)],
  [gray(["m1", "m2"]), batch(20, bearing), batch(60, bearing), full(bearing)],
  [batch(30, bearing), full({ ...bearing, manual: true })],
  [gray(["m0", "m1", "m4"], { ...bearing, manual: true }), batch(50, bearing)],
];

export const plans: fc.Arbitrary<ReleasePlan> = fc
  .record({
    stages: fc.constantFrom(...stageLists),
    clusterIds: fc.constantFrom<string[]>(["bj"], ["sh"], ["bj", "sh"], ["sh", "bj"]),
    agentName: fc.constantFrom("log-agent", "monitor-agent", ifritAgentName),
    version: fc.constantFrom("1.0.0", "1.1.0", null),
    machineTypes: fc.constantFrom<ReleasePlan["machineTypes"]>(["LINUX"], ["LINUX", "CONTAINER"]),
    order: fc.constantFrom("sticky" as const, "perRelease" as const),
    onGateFailure: fc.constantFrom("pause" as const, "rollBack" as const),
  })
  .map(({ stages, ...plan }) => planWith(stages, plan));

export type Step =
  | { do: "create"; plan: ReleasePlan; breaks: boolean; sameTime: boolean }
  | { do: "order"; release: number; verb: ReleaseVerb; clusterId?: string | undefined }
  | { do: "tick"; release: number; minutes: number }
  | { do: "poll"; from: number; count: number }
  | { do: "vanish" | "return" | "hold"; machine: number }
  | { do: "freeze"; clusterId: string | null; allowsRollBack: boolean }
  | { do: "join" | "thaw" | "release holds" };

const any = fc.nat(30);
const always = <T>(value: T) => fc.constant(value);
const verbs: ReleaseVerb[] = [
  ...(["pause", "continue", "continueAll", "rollBack", "abort", "verifyCluster"] as const),
];

export const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      ...{ do: always("create" as const), plan: plans },
      ...{ breaks: fc.boolean(), sameTime: fc.boolean() },
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      ...{ do: always("order" as const), release: any, verb: fc.constantFrom(...verbs) },
      clusterId: fc.constantFrom(undefined, ...clusterIds),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      ...{ do: always("tick" as const), release: any, minutes: fc.integer({ min: 1, max: 20 }) },
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({ do: always("poll" as const), from: any, count: fc.nat(18) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("vanish" as const, "return" as const, "hold" as const),
      machine: any,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...{ do: always("freeze" as const), clusterId: fc.constantFrom(null, ...clusterIds) },
      allowsRollBack: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom("join" as const, "thaw" as const, "release holds" as const),
    }),
  },
);

type Do = { [K in Step["do"]]: (world: SmallWorld, step: Extract<Step, { do: K }>) => void };

const perform: Do = {
  create: (world, step) => void world.create(step.plan, step),
  order: (world, { release, verb, clusterId }) =>
    withRelease(world, release, (known) => world.order(known, { verb, clusterId, actor: "li" })),
  tick: (world, { release, minutes }) =>
    withRelease(world, release, (known) => void world.tick(known, minutes)),
  poll: (world, { from, count }) => {
    for (let index = 0; index < count; index += 1) world.checkIn(machineAt(world, from + index));
  },
  vanish: (world, { machine }) => {
    machineAt(world, machine).dark = true;
  },
  return: (world, { machine }) => {
    machineAt(world, machine).dark = false;
  },
  hold: (world, { machine }) => world.hold(machineAt(world, machine)),
  freeze: (world, { clusterId, allowsRollBack }) => world.freeze(clusterId, allowsRollBack),
  join: (world) => world.join(),
  thaw: (world) => {
    world.freezes = [];
  },
  "release holds": (world) => {
    world.holds = [];
  },
};

export function play(world: SmallWorld, step: Step): void {
  (perform[step.do] as (world: SmallWorld, step: Step) => void)(world, step);
}

function machineAt({ machines }: SmallWorld, index: number) {
  return machines[index % machines.length]!;
}

function withRelease(
  { releases }: SmallWorld,
  index: number,
  act: (known: SmallWorld["releases"][number]) => void,
): void {
  if (releases.length > 0) act(releases[index % releases.length]!);
}
