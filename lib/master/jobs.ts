import { expireApprovals } from "../approvals/expire-approvals.ts";
import { refreshChangeControl } from "../change-control/refresh-change-control.ts";
import { exchangeWithMasters } from "../clusters/exchange-with-masters.ts";
import { pushPackages } from "../clusters/push-packages.ts";
import { sweepPackages } from "../packages/sweep-packages.ts";
import type { Job } from "../platform/scheduler.ts";
import type { Services } from "../platform/services.ts";
import { advanceReleases } from "../releases/advance-releases.ts";
import { readWantedFullReports } from "../reports/want-full-reports.ts";
import { flushCluster } from "./flush-cluster.ts";
import { loadLocalClusters, refreshBlocked, refreshMachineCounts } from "./load-master.ts";
import type { Master } from "./master.ts";
import { recountCluster } from "./recount-cluster.ts";
import { followPointers, refreshCluster } from "./refresh-cluster.ts";
import { watchTrust } from "./watch-trust.ts";

const followMs = 1_000;
const watchMs = 3_000;
const trustMs = 60_000;
const policyMs = 1_000;
const advanceMs = 2_000;
const approvalsMs = 15_000;
const exchangeMs = 1_000;
const pushMs = 2_000;
const sweepMs = 15 * 60_000;
const recountMs = 60_000;

/** MySQL → Redis and memory, for every cluster of this deployment. Also the cron route's work. */
export async function rebuildAll(master: Master): Promise<Record<string, string>> {
  await loadLocalClusters(master);
  const outcomes = await forEachCluster(master, (clusterId) => refreshCluster(master, clusterId));
  await refreshMachineCounts(master);
  return outcomes;
}

/** Reports and heartbeats → MySQL, for every cluster. Also the cron route's work. */
export async function flushAll(master: Master): Promise<Record<string, string>> {
  return forEachCluster(master, async (clusterId) => {
    await flushCluster(master, clusterId);
    return "flushed";
  });
}

/** Goes on with counting every cluster's machines anew, to find counts that have drifted. */
export async function recountAll(master: Master): Promise<Record<string, string>> {
  return forEachCluster(master, async (clusterId) => {
    const done = await recountCluster(master, clusterId);
    return done ? `${done.machines} machines` : "another process is at it";
  });
}

/**
 * What a process does by itself, by its role: masters carry data, manage moves releases on. Add a
 * job here and it runs; none needs anything else.
 */
export function jobsOf(services: Services, master: Master | null): Job[] {
  return [
    ...(master ? masterJobs(master) : []),
    ...(services.env.IFRIT_ROLE === "master" ? [] : manageJobs(services)),
  ];
}

function masterJobs(master: Master): Job[] {
  const { env } = master.services;
  return [
    {
      name: "rebuild",
      intervalMs: env.IFRIT_REBUILD_SECONDS * 1000,
      run: () => rebuildAll(master),
    },
    { name: "flush", intervalMs: env.IFRIT_FLUSH_SECONDS * 1000, run: () => flushAll(master) },
    { name: "recount", intervalMs: recountMs, run: () => recountAll(master) },
    { name: "follow", intervalMs: followMs, run: () => followPointers(master) },
    { name: "watch", intervalMs: watchMs, run: () => watch(master) },
    { name: "trust", intervalMs: trustMs, run: () => watchTrust(master) },
    {
      name: "policy",
      intervalMs: policyMs,
      run: () => refreshChangeControl(master.services, master.changeControl, master.localClusters),
    },
  ];
}

function manageJobs(services: Services): Job[] {
  return [
    { name: "advance", intervalMs: advanceMs, run: () => advanceReleases(services) },
    { name: "approvals", intervalMs: approvalsMs, run: () => expireApprovals(services) },
    { name: "exchange", intervalMs: exchangeMs, run: () => exchangeWithMasters(services) },
    { name: "push", intervalMs: pushMs, run: () => pushPackages(services) },
    { name: "sweep", intervalMs: sweepMs, run: () => sweepPackages(services) },
  ];
}

async function watch(master: Master): Promise<void> {
  await refreshBlocked(master);
  master.wantFullReport = await readWantedFullReports(master.services, master.localClusters);
}

/** A cluster that fails is logged by its error and does not keep the others from their turn. */
async function forEachCluster(
  master: Master,
  work: (clusterId: string) => Promise<string>,
): Promise<Record<string, string>> {
  const outcomes: Record<string, string> = {};
  const errors: unknown[] = [];
  for (const clusterId of master.localClusters)
    try {
      outcomes[clusterId] = await work(clusterId);
    } catch (error) {
      errors.push(error);
    }
  if (errors.length > 0) throw errors[0];
  return outcomes;
}
