import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { machineAgentStates } from "../../drizzle/schema/machine-agent-states.ts";
import { releaseClusters } from "../../drizzle/schema/release-clusters.ts";
import { ChangeRules } from "../contract/change-rules.ts";
import type { Master } from "../master/master.ts";
import { systemContext } from "../platform/request-context.ts";
import { ask, openFleet, openMaster, refresh, report } from "../testing/asking-fleet.ts";
import { createReleaseRow } from "../testing/create-release-row.ts";
import { createTestServices } from "../testing/test-services.ts";
import { type Counts, giveBackPlace, readPlaces } from "./places.ts";
import { setChangeRules } from "./set-change-rules.ts";

/*
 * Three masters with connections of their own ask Redis for places at once, in random histories: who
 * is allowed to change is never more than the cap, changes and rollbacks each by themselves.
 */

const ctx = systemContext("test", "test");
const size = 24;
/** The first six come from a version that was taken back. */
const isBack = (machine: number) => machine < 6;
const countsOf = (machine: number): Counts => (isBack(machine) ? "rollBack" : "normal");

let fleet: Awaited<ReturnType<typeof openFleet>>;
let masters: Master[];
let etag: string;

beforeEach(async () => {
  fleet = await openFleet(size);
  const { services, clusterId, ids } = fleet;
  const bad = { clusterId, agentName: "log-agent", version: "2.0.0" };
  const { id: releaseId } = await createReleaseRow(services, bad, { state: "rolledBack" });
  await services.db.insert(releaseClusters).values({
    ...{ releaseId, clusterId, position: 0, state: "rolledBack", stageOpenedAtMs: [] },
  });
  const { DATABASE_URL, REDIS_URL } = services.env;
  const elsewhere = async () =>
    openMaster(
      await createTestServices({ env: { DATABASE_URL, REDIS_URL }, now: () => Date.now() }),
    );
  masters = [fleet.masters[0], await elsewhere(), await elsewhere()];
  await setCap({ normal: 4, rollBack: 2 });
  etag = (await ask(masters[0]!, ids[0]!)).etag;
});

async function setCap({ normal, rollBack }: Record<Counts, number>): Promise<void> {
  const rules = ChangeRules.parse({ changingMax: normal, rollBackChangingMax: rollBack });
  await setChangeRules(fleet.services, ctx, fleet.clusterId, rules);
  await refresh(...masters);
}

const machine = fc.nat(size - 1);
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("ask" as const),
      who: fc.uniqueArray(machine, { minLength: 1, maxLength: size }),
      first: fc.nat(2),
      isSwitching: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      ...{ do: fc.constant("done" as const), who: fc.uniqueArray(machine, { maxLength: 8 }) },
      at: fc.nat(2),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("cap" as const),
      cap: fc.record({
        normal: fc.integer({ min: 1, max: 8 }),
        rollBack: fc.integer({ min: 1, max: 4 }),
      }),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Played = { cap: Record<Counts, number>; changing: Set<number>; done: Set<number> };

const changingAs = ({ changing }: Played, counts: Counts) =>
  [...changing].filter((one) => countsOf(one) === counts).length;

async function perform(played: Played, one: Step): Promise<void> {
  const { ids } = fleet;
  if (one.do === "cap") {
    played.cap = one.cap;
    return setCap(one.cap);
  }
  if (one.do === "done") {
    await refresh(...masters);
    for (const index of one.who) {
      if (!played.changing.delete(index)) continue;
      played.done.add(index);
      await ask(masters[one.at]!, ids[index]!, { appliedEtag: etag });
    }
    return;
  }
  const asking = one.who.filter((index) => !played.done.has(index));
  const before = { normal: changingAs(played, "normal"), rollBack: changingAs(played, "rollBack") };
  const given = one.isSwitching ? { switching: "log-agent" } : {};
  const answers = await Promise.all(
    asking.map((index, at) => ask(masters[(one.first + at) % 3]!, ids[index]!, given)),
  );
  for (const [at, index] of asking.entries()) {
    const { mayChange } = answers[at]!;
    // Who has a place keeps it, even if the cap was lowered since.
    if (played.changing.has(index)) expect(mayChange).toBe(true);
    if (mayChange) played.changing.add(index);
  }
  for (const counts of ["normal", "rollBack"] as const) {
    const now = changingAs(played, counts);
    if (now > before[counts]) expect(now).toBeLessThanOrEqual(played.cap[counts]);
  }
}

async function startAnew(): Promise<Played> {
  const { services, clusterId, ids } = fleet;
  for (const id of ids) await giveBackPlace(services.redis, clusterId, id);
  await services.db.delete(machineAgentStates);
  for (const [index, id] of ids.entries())
    if (isBack(index)) await report(services, clusterId, id, { version: "2.0.0" });
  const cap = { normal: 4, rollBack: 2 };
  await setCap(cap);
  return { cap, changing: new Set(), done: new Set() };
}

test("of machines that ask three masters at once never more are changing than the cap says", async () => {
  let most = { normal: 0, rollBack: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 16 }), async (history) => {
      const played = await startAnew();
      for (const one of history) {
        await perform(played, one);
        const { redis } = fleet.services;
        const { changing } = await readPlaces(redis, fleet.clusterId, "nobody");
        for (const counts of ["normal", "rollBack"] as const)
          expect(changing[counts]).toBe(changingAs(played, counts));
        most = {
          normal: Math.max(most.normal, changing.normal),
          rollBack: Math.max(most.rollBack, changing.rollBack),
        };
      }
    }),
    { numRuns: 25, endOnFailure: true },
  );
  // The caps were reached, or this showed nothing.
  expect(most.normal).toBeGreaterThanOrEqual(4);
  expect(most.rollBack).toBeGreaterThanOrEqual(2);
}, 120_000);
