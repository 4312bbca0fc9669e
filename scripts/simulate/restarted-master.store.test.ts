import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { createCluster } from "../../lib/testing/create-cluster.ts";
import { freePort } from "../../lib/testing/free-port.ts";
import { killServer, killServers, launchServer } from "../../lib/testing/launch-server.ts";
import { createTestServices } from "../../lib/testing/test-services.ts";
import { type Fleet, simulateFleet } from "./simulate-fleet.ts";
import { admitMachines } from "./testing/admit-machines.ts";

const machines = 5_000;
const pollSeconds = 10;
const usualPerSecond = machines / pollSeconds;
const env = { IFRIT_POLL_SECONDS: String(pollSeconds), IFRIT_FAST_POLL_SECONDS: "5" };

afterEach(killServers);

/** Check-ins that were tried, per second of the wall, until it is stopped. */
function watchRate({ counts }: Fleet) {
  const tried = () => {
    const { checkIns, errors } = counts();
    return Object.values(errors).reduce((sum, count) => sum + count, checkIns);
  };
  const rates: number[] = [];
  let last = { tried: tried(), atMs: performance.now() };
  const timer = setInterval(() => {
    const now = { tried: tried(), atMs: performance.now() };
    rates.push(((now.tried - last.tried) / (now.atMs - last.atMs)) * 1000);
    last = now;
  }, 1_000);
  return () => {
    clearInterval(timer);
    return rates;
  };
}

test("fault 33: 5,000 machines meet a master that was killed and comes back at most twice as fast as usual, and none is refused", async () => {
  const services = await createTestServices();
  const cluster = await createCluster(services);
  const shape = { name: "herd", machines, seed: 1 };
  const admitted = await admitMachines(services, cluster.id, shape);
  const port = String(await freePort());
  const before = await launchServer(services, { ...env, PORT: port });
  const fleet = simulateFleet({
    ...{ ...shape, ...admitted, masterUrl: before.url },
    spreadMs: pollSeconds * 1_000,
  });
  try {
    // Twice round: the first answers come with whole documents and full reports.
    await sleep(2 * pollSeconds * 1_000);
    const usual = watchRate(fleet);
    await sleep(pollSeconds * 1_000);
    expect(Math.max(...usual())).toBeLessThanOrEqual(2 * usualPerSecond);
    expect(fleet.counts().errors).toEqual({});

    await killServer(before);
    await sleep(8_000);
    await launchServer(services, { ...env, PORT: port });
    const errorsBefore = fleet.counts().errors;
    expect(Object.keys(errorsBefore)).toEqual(["no_answer"]);
    const back = watchRate(fleet);
    const checkInsBefore = fleet.counts().checkIns;
    await sleep(2 * pollSeconds * 1_000);
    const rates = back();
    expect(Math.max(...rates)).toBeLessThanOrEqual(2 * usualPerSecond);
    // Every machine is back, and whatever failed did so for want of an answer, never by a 5xx.
    expect(fleet.counts().checkIns - checkInsBefore).toBeGreaterThanOrEqual(machines);
    expect(Object.keys(fleet.counts().errors)).toEqual(["no_answer"]);
  } finally {
    await fleet.stop();
  }
}, 120_000);
