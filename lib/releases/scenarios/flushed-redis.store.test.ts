import { afterAll, beforeAll, expect, test } from "vitest";
import {
  openScenario,
  type Scenario,
  scenarioAgent,
} from "../../../scripts/simulate/testing/open-scenario.ts";
import { setChangeRules } from "../../change-control/set-change-rules.ts";
import { ChangeRules } from "../../contract/change-rules.ts";
import { readPointer } from "../../desired-state/generation.ts";
import { systemContext } from "../../platform/request-context.ts";

/* Redis forgets everything, again and again, while a release goes over a fleet by HTTP. */

const machines = 1_500;
const flushes = 6;

let scenario: Scenario;
beforeAll(async () => {
  scenario = await openScenario({ name: "flushed", machines, behaviours: {} });
}, 120_000);
afterAll(() => scenario?.close());

test("fault 37: FLUSHALL in the middle of a rollout: no offer is lost, none comes twice or too early", async () => {
  const { services, cluster, fleet, release, until, detail, changes, switchedTo } = scenario;
  const ctx = systemContext("operator", "test");
  await setChangeRules(services, ctx, cluster.id, ChangeRules.parse({ changingMax: 200 }));
  const checkInErrors = () => JSON.stringify(fleet.counts().errors);
  const before = checkInErrors();
  const id = await release("1.1.0", { soakSeconds: [10, 20, 20, 20] });
  const rebuiltAfterMs: number[] = [];
  for (let flush = 1; flush <= flushes; flush += 1) {
    await until(id, ({ counts, state }) => {
      const share = counts.healthy / machines;
      return state !== "running" || share >= (0.9 * flush) / (flushes + 1);
    });
    await services.redis.flushdb();
    const flushedAtMs = performance.now();
    await expect
      .poll(() => readPointer(services.redis, cluster.id), { timeout: 15_000 })
      .not.toBeNull();
    rebuiltAfterMs.push(Math.round(performance.now() - flushedAtMs));
    // Who switches now is in an open stage: more than those can never have been told to.
    const { clusters } = await detail(id);
    const open = clusters[0]!.stages.filter(({ openedAtMs }) => openedAtMs !== null);
    const reached = open.reduce((sum, { counts }) => sum + counts.targeted, 0);
    expect(switchedTo("1.1.0").size).toBeLessThanOrEqual(reached);
  }
  const completed = await until(id, ({ state }) => state === "completed" || state === "paused");
  expect([completed.state, completed.waitingFor]).toEqual(["completed", null]);
  expect(completed.counts).toMatchObject({ targeted: machines, healthy: machines, failed: 0 });
  const offers = new Map<string, number>();
  for (const { machineId, agent, to, targetVersion } of changes)
    if (agent === scenarioAgent && to === "switching" && targetVersion === "1.1.0")
      offers.set(machineId, (offers.get(machineId) ?? 0) + 1);
  expect(offers.size).toBe(machines);
  expect([...offers.values()].filter((times) => times !== 1)).toEqual([]);
  expect(checkInErrors()).toBe(before);
  console.log(`documents were in Redis again after ${rebuiltAfterMs.join(", ")} ms`);
}, 300_000);
