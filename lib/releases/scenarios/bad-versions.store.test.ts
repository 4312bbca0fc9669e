import { afterAll, beforeAll, expect, test } from "vitest";
import { fateOf } from "../../../scripts/simulate/behaviour/fate.ts";
import type { PhaseChange } from "../../../scripts/simulate/fleet/fleet-options.ts";
import {
  openScenario,
  type Scenario,
  scenarioAgent,
} from "../../../scripts/simulate/testing/open-scenario.ts";
import { setChangeRules } from "../../change-control/set-change-rules.ts";
import { ChangeRules } from "../../contract/change-rules.ts";
import { systemContext } from "../../platform/request-context.ts";

/*
 * The safe template against bad versions on 10,000 machines over HTTP: 1 machine → 1 % → 10 % → 50 %
 * → all, with shorter soaks. Each is halted within the first per cent, and taken back. The gate lets
 * 1 % fail, so one of the first 70 machines is enough; how many more there are when the job looks is
 * a matter of the moment.
 */

const machines = 10_000;
const cap = 8;
const rule = (version: string, share: number) => [{ agent: scenarioAgent, version, share }];
const behaviours = {
  fails: rule("1.1.0", 0.05).map((one) => ({ ...one, reason: null })),
  crashLoops: rule("1.2.0", 0.3),
  eatsMemory: rule("1.3.0", 1),
  goesDark: rule("1.4.0", 0.1),
  goesDarkAtOnce: rule("1.5.0", 0.1),
};

let scenario: Scenario;
beforeAll(async () => {
  scenario = await openScenario({ name: "bad", machines, behaviours });
}, 180_000);
afterAll(() => scenario?.close());

/** The one machine that goes first is a lucky one, so that the per cent after it has to find out. */
function luckyMachine(version: string): string {
  const all = { types: {}, offline: 0, comesAndGoes: 0, slow: 0, installed: [], eatsCpu: [] };
  return scenario.fleet.machineIds().find((_id, machine) => {
    const fate = fateOf({ ...all, ...behaviours }, { seed: 1, machine }, scenarioAgent, version);
    return fate.failure === null && !fate.crashLoops && fate.goesDark === null;
  })!;
}

/** Machines that are changing to a version at once: from the download to the verdict. */
function watchChanging(version: string) {
  const underWay = ["downloading", "verifying", "switching", "watching"];
  const changing = new Set<string>();
  let most = 0;
  const watch = ({ machineId, to, targetVersion }: PhaseChange) => {
    if (to && underWay.includes(to) && targetVersion === version) changing.add(machineId);
    else changing.delete(machineId);
    most = Math.max(most, changing.size);
  };
  scenario.watchers.add(watch);
  return {
    most: () => most,
    stop: () => scenario.watchers.delete(watch),
  };
}

async function limit(changingMax: number | null): Promise<void> {
  const { services, cluster } = scenario;
  const rules = ChangeRules.parse({ changingMax });
  await setChangeRules(services, systemContext("operator", "test"), cluster.id, rules);
}

async function expectHalted(version: string, soaks: { gray: number; batch: number }) {
  const { release, until, order, switchedTo, notRunning, now } = scenario;
  const orderedAtMs = now();
  const soakSeconds = [soaks.gray, soaks.batch, soaks.batch];
  const id = await release(version, { grayMachineIds: [luckyMachine(version)], soakSeconds });
  const halted = await until(id, ({ state }) => state !== "running");
  expect(halted.state).toBe("paused");
  expect(halted.waitingFor?.code).toBe("gateFailed");
  const [gray, first] = halted.clusters[0]!.stages;
  const reached = gray!.counts.targeted + first!.counts.targeted;
  const changed = switchedTo(version).size;
  const seconds = Math.round((now() - orderedAtMs) / 1000);
  console.log(
    `${version}: halted with ${changed} of ${machines} changed (1 % is ${reached}) after ${seconds} s:`,
    JSON.stringify(halted.waitingFor?.values),
  );
  expect(reached).toBeLessThan(0.013 * machines);
  expect(changed).toBeGreaterThan(1);
  expect(changed).toBeLessThanOrEqual(reached);
  await order(id, "rollBack");
  await expect.poll(() => notRunning("1.0.0"), { timeout: 30_000, interval: 250 }).toEqual([]);
  expect(switchedTo(version).size).toBeLessThanOrEqual(reached);
  return halted;
}

test("fault 52: a version that fails on 5 % of machines is halted within the first per cent, never more than the cap at once", async () => {
  await limit(cap);
  const watched = watchChanging("1.1.0");
  const halted = await expectHalted("1.1.0", { gray: 60, batch: 120 });
  watched.stop();
  await limit(null);
  console.log(`at most ${watched.most()} machines changed at once, of a cap of ${cap}`);
  expect(watched.most()).toBeGreaterThanOrEqual(cap / 2);
  expect(watched.most()).toBeLessThanOrEqual(cap);
  expect(halted.waitingFor?.values).toMatchObject({ reason: "failures", stage: 2 });
  const failed = halted.failures.reduce((sum, group) => sum + group.machines, 0);
  expect(failed).toBeGreaterThan(0);
  expect(halted.failures.map(({ reason }) => reason)).toContain("exited_early");
}, 150_000);

test("fault 52: a version that crash-loops is halted within the first per cent", async () => {
  const halted = await expectHalted("1.2.0", { gray: 60, batch: 300 });
  expect(halted.waitingFor?.values).toMatchObject({ stage: 2 });
}, 150_000);

test("fault 52: a version that eats memory is halted within the first per cent, by comparison with the rest", async () => {
  const halted = await expectHalted("1.3.0", { gray: 0, batch: 600 });
  expect(halted.waitingFor?.values).toMatchObject({ reason: "memory", stage: 2 });
}, 200_000);

test("fault 53: a version that goes dark is halted within the first per cent", async () => {
  const halted = await expectHalted("1.4.0", { gray: 60, batch: 300 });
  expect(halted.waitingFor?.values).toMatchObject({ reason: "failures", stage: 2 });
  expect(Number(halted.waitingFor?.values.goneDark)).toBeGreaterThan(0);
}, 150_000);

test("fault 53: a version that takes machines down before they can tell is halted as well", async () => {
  const halted = await expectHalted("1.5.0", { gray: 60, batch: 300 });
  expect(halted.waitingFor?.values).toMatchObject({ reason: "failures", stage: 2 });
  expect(Number(halted.waitingFor?.values.goneDark)).toBeGreaterThan(0);
}, 150_000);
