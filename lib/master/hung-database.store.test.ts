import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { migrateDatabase } from "../../drizzle/migrate.ts";
import { agentPaths } from "../contract/headers.ts";
import { openDatabase } from "../platform/database.ts";
import { isStoreDown } from "../platform/store-down.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createMachine } from "../testing/create-machine.ts";
import { sampleMachine, tokenRequest } from "../testing/sample-machine.ts";
import { stopProcess } from "../testing/stop-process.ts";
import { serveAgentRequest } from "./serve-web.ts";
import { closeOwnStores, machineOf, openMaster, openOwnStores } from "./testing/own-stores.ts";

afterEach(closeOwnStores);

/** Of a pool: so many may be in the hands of the database when it stops. */
const connections = 10;

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
  const askToken = async (asking = sample) => {
    counter += 1;
    const body = JSON.stringify(tokenRequest(asking, clusterId, counter));
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
  let asked: ReturnType<typeof askToken>[] = [];
  const answers: Awaited<ReturnType<typeof askToken>>[] = [];
  await stopProcess(pid);
  try {
    // Each a machine of its own: one alone would be told to slow down.
    asked = Array.from({ length: 1_000 }, () => askToken(sampleMachine()));
    for (const one of asked) void one.then((answer) => answers.push(answer));
    for (let count = 0; count < 50; count += 1) expect((await machine.desired()).status).toBe(200);
    expect((await machine.report(1)).status).toBe(202);
    await expect
      .poll(() => answers.length, { timeout: 15_000 })
      .toBeGreaterThanOrEqual(asked.length - connections);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(12_000);
    expect(answers.every(({ retryAfter }) => Number(retryAfter) > 0)).toBe(true);
  } finally {
    process.kill(pid, "SIGCONT");
  }
  // Those that the database was at work on have their answer now.
  await Promise.all(asked);
  await expect.poll(async () => (await askToken()).status, { timeout: 20_000 }).toBe(200);
});

test("a statement that the database says nothing to ends by itself, and its transaction with it", {
  timeout: 60_000,
}, async () => {
  const { running, open } = await openOwnStores();
  const { env } = open();
  const bounds = { waitMsMax: 1_000, silentMsMax: 1_000 };
  const { db, pool } = openDatabase(env.DATABASE_URL, { connectionLimit: 1, bounds });
  const { pid } = running.mariaDb.daemon.identity;
  await db.execute("SELECT 1");
  // Silence while nothing is asked is none.
  await delay(1_500);
  await db.execute("SELECT 1");
  const stuck = db.transaction(async (tx) => {
    await tx.execute("SELECT 1");
    await stopProcess(pid);
    await tx.execute("SELECT 2");
  });
  const outcome = await stuck.then(
    () => null,
    (error: unknown) => error,
  );
  const waits = await db.execute("SELECT 3").then(
    () => null,
    (error: unknown) => error,
  );
  process.kill(pid, "SIGCONT");
  expect([isStoreDown(outcome), isStoreDown(waits)]).toEqual([true, true]);
  await expect.poll(() => db.execute("SELECT 4").then(() => "answers", String)).toBe("answers");
  await pool.end();
});
