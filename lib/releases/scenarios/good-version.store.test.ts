import { afterAll, beforeAll, expect, test } from "vitest";
import type { PhaseChange } from "../../../scripts/simulate/fleet/fleet-options.ts";
import {
  openScenario,
  type Scenario,
  scenarioPollSeconds,
  timesFaster,
} from "../../../scripts/simulate/testing/open-scenario.ts";
import { setChangeRules } from "../../change-control/set-change-rules.ts";
import { ChangeRules } from "../../contract/change-rules.ts";
import { systemContext } from "../../platform/request-context.ts";

/*
 * Good versions on 10,000 machines over HTTP, some of them slow, some away for good: the safe template
 * with shorter soaks reaches every machine that is there; a pause stops it in the middle of a batch,
 * and a rollback takes everything back.
 */

const machines = 10_000;
/** Of the fast clock: the longest that a machine waits until its next check-in, and for an answer. */
const pollMs = scenarioPollSeconds * 1.1 * 1000 + 200 * timesFaster;
/** From the answer to the process: fetched, unpacked, agreed to and started. */
const changeMs = 15_000;
/** Until every process of a master has heard of an order. */
const heardMs = 1_000 * timesFaster;

let scenario: Scenario;
beforeAll(async () => {
  const behaviours = { offline: 0.02, slow: 0.01 };
  scenario = await openScenario({ name: "good", machines, behaviours });
}, 300_000);
afterAll(() => scenario?.close());

/** null: as many as want to. */
async function limit(changingMax: number | null): Promise<void> {
  const { services, cluster } = scenario;
  const rules = ChangeRules.parse({ changingMax });
  await setChangeRules(services, systemContext("operator", "test"), cluster.id, rules);
}

test("a pause in the middle of a batch stops every machine at its next check-in, and a rollback takes all back within two polls", async () => {
  const { release, until, order, now, fleet, watchers, switchedTo, notRunning } = scenario;
  // So that the batch is still under way when the pause comes, however busy the machine is.
  await limit(1_500);
  const id = await release("1.1.0", { soakSeconds: [0, 0, 0, 0] });
  await until(id, ({ counts }) => counts.healthy > 0.12 * machines);
  await order(id, "pause");
  const pausedAtMs = now();
  const late: PhaseChange[] = [];
  const watch = (change: PhaseChange) => {
    const begins = change.to === "downloading" || change.to === "switching";
    const { lastCheckInMs } = fleet.machine(change.machineId)!;
    if (begins && lastCheckInMs > pausedAtMs + heardMs) late.push(change);
  };
  watchers.add(watch);
  await until(id, () => now() > pausedAtMs + heardMs + 2 * pollMs);
  watchers.delete(watch);
  const changed = switchedTo("1.1.0").size;
  console.log(
    `paused with ${changed} of ${machines} changed; began after their check-in: ${late.length}`,
  );
  expect(late).toEqual([]);
  expect(changed).toBeLessThan(0.5 * machines);
  const paused = await scenario.detail(id);
  expect(paused.state).toBe("paused");
  expect(paused.clusters[0]!.state).toBe("batch");

  await limit(null);
  const orderedAtMs = now();
  await order(id, "rollBack");
  const atMost = orderedAtMs + 2 * pollMs + changeMs;
  await until(id, () => notRunning("1.0.0").length === 0 || now() > atMost);
  console.log(`all are back ${Math.round((now() - orderedAtMs) / 1000)} s of their time later`);
  expect(notRunning("1.0.0")).toEqual([]);
}, 240_000);

test("a good version reaches every machine that can be reached", async () => {
  const { release, until, fleet, switchedTo, notRunning } = scenario;
  const id = await release("1.2.0", { soakSeconds: [30, 60, 60, 60] });
  const completed = await until(id, ({ state }) => state === "completed" || state === "paused");
  const { counts, waitingFor, events } = completed;
  expect({ state: completed.state, waitingFor }).toEqual({ state: "completed", waitingFor: null });
  expect(notRunning("1.2.0")).toEqual([]);
  const { online } = fleet.counts().presence;
  expect(switchedTo("1.2.0").size).toBe(online);
  expect(counts).toMatchObject({ targeted: machines, healthy: online, failed: 0 });
  expect(counts.offline).toBe(machines - online);
  const seconds = (events.at(-1)!.atMs - events[0]!.atMs) / 1000;
  console.log(
    `reached ${online} of ${machines}, the rest are away, in ${Math.round(seconds)} s of their time`,
  );
}, 300_000);
