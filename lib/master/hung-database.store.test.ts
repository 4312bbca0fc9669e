import { afterEach, expect, test } from "vitest";
import { migrateDatabase } from "../../drizzle/migrate.ts";
import { agentPaths } from "../contract/headers.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createMachine } from "../testing/create-machine.ts";
import { sampleMachine, tokenRequest } from "../testing/sample-machine.ts";
import { serveAgentRequest } from "./serve-web.ts";
import { closeOwnStores, machineOf, openMaster, openOwnStores } from "./testing/own-stores.ts";

afterEach(closeOwnStores);

test("fault 44: MySQL hangs and the pool is used up: who needs it is told so within seconds, and all others are served", {
  timeout: 90_000,
}, async () => {
  const { running, open } = await openOwnStores();
  const services = open();
  await migrateDatabase(services.pool);
  const { id: clusterId } = await createCluster(services);
  const sample = sampleMachine();
  const { machineId, publicKey } = sample;
  await createMachine(services, clusterId, { id: machineId, publicKey });
  const master = await openMaster(services);
  const machine = machineOf(master, clusterId, machineId);
  let counter = 0;
  const askToken = async () => {
    counter += 1;
    const body = JSON.stringify(tokenRequest(sample, clusterId, counter));
    const headers = { "content-type": "application/json" };
    const request = new Request(`http://master${agentPaths.token}`, {
      method: "POST",
      headers,
      body,
    });
    const started = performance.now();
    const response = await serveAgentRequest(master, request);
    const ms = performance.now() - started;
    return { status: response.status, ms, retryAfter: response.headers.get("retry-after") };
  };
  expect((await askToken()).status).toBe(200);

  const { pid } = running.mariaDb.daemon.identity;
  process.kill(pid, "SIGSTOP");
  try {
    const asked = Array.from({ length: 1_000 }, askToken);
    for (let count = 0; count < 50; count += 1) expect((await machine.desired()).status).toBe(200);
    expect((await machine.report(1)).status).toBe(202);
    const answers = await Promise.all(asked);
    const slowest = Math.max(...answers.map(({ ms }) => ms));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    expect(slowest).toBeLessThan(12_000);
    expect(answers.every(({ retryAfter }) => Number(retryAfter) > 0)).toBe(true);
  } finally {
    process.kill(pid, "SIGCONT");
  }
  await expect.poll(async () => (await askToken()).status, { timeout: 20_000 }).toBe(200);
});
