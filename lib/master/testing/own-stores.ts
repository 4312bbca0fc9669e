import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startMariaDb } from "../../../scripts/stores/start-mariadb.ts";
import { startRedis } from "../../../scripts/stores/start-redis.ts";
import { agentPaths, header } from "../../contract/headers.ts";
import { signMachineToken } from "../../machines/machine-token.ts";
import { parseEnv } from "../../platform/env.ts";
import { closeServices, openServices, type Services } from "../../platform/services.ts";
import { agentState, reportRequest } from "../../testing/sample-machine.ts";
import type { Master } from "../master.ts";
import { serveAgentRequest } from "../serve-web.ts";
import { startMaster } from "../start-master.ts";

const cleanUps: (() => unknown)[] = [];

/** For afterEach. */
export async function closeOwnStores(): Promise<void> {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
}

/** Stores that no other test uses, to be killed, stopped and started. */
export async function openOwnStores() {
  const folder = mkdtempSync(join(tmpdir(), "ifrit-outage-"));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  const mariaDbFolder = { folder: join(folder, "db"), password: "ab".repeat(16), durable: true };
  const redisFolder = { folder: join(folder, "redis"), durable: false };
  const running = {
    mariaDb: await startMariaDb(mariaDbFolder),
    redis: await startRedis(redisFolder),
  };
  cleanUps.push(() => running.mariaDb.daemon.stop());
  cleanUps.push(() => running.redis.daemon.stop());
  const settings = {
    DATABASE_URL: running.mariaDb.url,
    REDIS_URL: running.redis.url,
    IFRIT_SECRET: "a secret that only tests know, forty characters",
    IFRIT_DATA_DIR: folder,
    IFRIT_LOG_LEVEL: process.env.IFRIT_TEST_LOG_LEVEL ?? "silent",
    IFRIT_REBUILD_SECONDS: "1",
    IFRIT_FLUSH_SECONDS: "1",
  };
  const open = () => {
    const services = openServices(parseEnv(settings));
    cleanUps.push(() => closeServices(services).catch(() => undefined));
    return services;
  };
  return {
    running,
    open,
    restartRedis: async () => {
      running.redis = await startRedis(redisFolder);
    },
    restartMariaDb: async () => {
      running.mariaDb = await startMariaDb(mariaDbFolder);
    },
  };
}

/** A master with all its jobs at work. */
export async function openMaster(services: Services) {
  const { master, stop } = await startMaster(services);
  cleanUps.push(stop);
  return master;
}

export function machineOf(master: Master, clusterId: string, machineId: string) {
  const claims = { machineId, clusterId, type: "LINUX", slot: 0 } as const;
  const token = signMachineToken(master.tokenKey, claims, Date.now() + 600_000);
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const call = (path: string, init: RequestInit = {}) =>
    serveAgentRequest(master, new Request(`http://master${path}`, { ...init, headers }));
  return {
    desired: async () => {
      const response = await call(agentPaths.desiredState);
      const agents =
        response.status === 200
          ? ((await response.json()) as { agents: { name: string }[] }).agents
          : [];
      return { status: response.status, names: agents.map((agent) => agent.name).join(" ") };
    },
    /** Why it may not change now; null: it may. */
    blocked: async () => (await call(agentPaths.desiredState)).headers.get(header.change),
    report: (sequence: number) =>
      call(agentPaths.report, {
        method: "POST",
        body: JSON.stringify(reportRequest(sequence, [agentState()])),
      }),
  };
}
