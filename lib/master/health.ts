import { sql } from "drizzle-orm";
import { currentConfig } from "../access/current-config.ts";
import type { Services } from "../platform/services.ts";
import type { Master } from "./master.ts";

export type HealthCheck = { name: string; ok: boolean; needed: boolean; detail: string };

const checkMsMax = 1_500;

/**
 * May a load balancer send requests here? A master needs its desired state in memory and nothing
 * else: with MySQL or Redis away it goes on serving, and says so. The console needs MySQL.
 */
export async function checkReadiness(
  services: Services,
  master: Master | null,
): Promise<HealthCheck[]> {
  const [mysql, redis] = await Promise.all([
    answers("mysql", master === null, () => services.db.execute(sql`SELECT 1`)),
    answers("redis", false, () => services.redis.ping()),
  ]);
  const { problem } = currentConfig(services);
  const config = { name: "config", ok: problem === null, needed: false, detail: problem ?? "" };
  if (!master) return [mysql, redis, config];
  const missing = master.localClusters.filter((clusterId) => !master.desired.has(clusterId));
  const desired: HealthCheck = {
    name: "desired-state",
    ok: master.clustersKnown && missing.length === 0,
    needed: true,
    detail: master.clustersKnown
      ? `not loaded: ${missing.join(", ")}`
      : "the list of clusters could not be read yet",
  };
  return [mysql, redis, config, desired, signingCheck(master)];
}

/** Without signatures machines that check them change nothing; all the rest goes on. */
function signingCheck({ desired, localClusters }: Master): HealthCheck {
  const mute = localClusters.flatMap((clusterId) => {
    const { standing = "off", news } = desired.get(clusterId)?.signing ?? {};
    return standing === "off" || news ? [] : [`${clusterId} (${standing})`];
  });
  const detail = `not signed: ${mute.join(", ")}`;
  return { name: "signing", ok: mute.length === 0, needed: false, detail };
}

export function isReady(checks: readonly HealthCheck[]): boolean {
  return checks.every((check) => check.ok || !check.needed);
}

/** As Kubernetes' components write it: one line per check. */
export function healthText(checks: readonly HealthCheck[]): string {
  const lines = checks.map(({ ok, name, needed, detail }) =>
    ok ? `[+]${name} ok` : `[-]${name} failed${needed ? "" : " (serving without it)"}: ${detail}`,
  );
  return `${lines.join("\n")}\n${isReady(checks) ? "ready" : "not ready"}\n`;
}

async function answers(
  name: string,
  needed: boolean,
  ask: () => Promise<unknown>,
): Promise<HealthCheck> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in time")), checkMsMax);
  });
  try {
    await Promise.race([ask(), late]);
    return { name, ok: true, needed, detail: "" };
  } catch {
    return { name, ok: false, needed, detail: "does not answer" };
  } finally {
    clearTimeout(timer);
  }
}
