import { type PolicyHook, policyHookName } from "../change-control/publish-policy.ts";
import { listLocalClusters } from "../clusters/list-local-clusters.ts";
import { type RebuildHook, rebuildHookName } from "../clusters/wake-rebuild.ts";
import { followPointer } from "../desired-state/desired-state-cache.ts";
import { redisChannels } from "../desired-state/redis-layout.ts";
import { pushHeartbeats } from "../machines/flush-heartbeats.ts";
import { processWide, setProcessWide } from "../platform/process-wide.ts";
import { startScheduler } from "../platform/scheduler.ts";
import { type Services, services } from "../platform/services.ts";
import { jobsOf } from "./jobs.ts";
import { loadMaster } from "./load-master.ts";
import { createMaster, type Master } from "./master.ts";
import { refreshCluster } from "./refresh-cluster.ts";

const connectMsMax = 2_000;

export type RunningMaster = { master: Master; stop: () => Promise<void> };

/** Loads a master, starts its jobs and listens for wake-ups. */
export async function startMaster(services: Services): Promise<RunningMaster> {
  const master = createMaster(services);
  await redisReady(services);
  await loadMaster(master);
  const scheduler = startScheduler(jobsOf(services, master), services.log);
  const onPolicy = () => scheduler.wake("policy");
  const rebuild = wakeHandler(master);
  // What changes entries may have stopped a release, too.
  const onWake: RebuildHook = (clusterId) => {
    onPolicy();
    rebuild(clusterId);
  };
  setProcessWide<RebuildHook>(rebuildHookName, onWake);
  setProcessWide<PolicyHook>(policyHookName, onPolicy);
  const stopListening = listen(master, onWake, onPolicy);
  return {
    master,
    async stop() {
      setProcessWide(rebuildHookName, undefined);
      setProcessWide(policyHookName, undefined);
      stopListening();
      await scheduler.stop();
      for (const clusterId of master.localClusters)
        await pushHeartbeats(services, master.heartbeats, clusterId);
    },
  };
}

/** The first load should find Redis if it is there; if it is not, MySQL will do. */
async function redisReady({ redis }: Services): Promise<void> {
  if (redis.status === "ready") return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, connectMsMax);
    redis.once("ready", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/**
 * The process's master. The server starts it at boot; under plain `next start` the first request of
 * an agent does.
 */
export async function processMaster(): Promise<Master> {
  return (await processWide("master", () => startMaster(services()))).master;
}

/** One rebuild at a time per cluster; wake-ups that come meanwhile lead to one more, not to many. */
function wakeHandler(master: Master): RebuildHook {
  const asked = new Map<string, "running" | "again">();
  const run = async (clusterId: string) => {
    do {
      asked.set(clusterId, "running");
      await rebuildKnown(master, clusterId).catch((error) =>
        master.services.log.error(
          { err: String(error), clusterId },
          "rebuild after a change failed",
        ),
      );
    } while (asked.get(clusterId) === "again");
    asked.delete(clusterId);
  };
  return (clusterId) => {
    if (asked.has(clusterId)) asked.set(clusterId, "again");
    else void run(clusterId);
  };
}

async function rebuildKnown(master: Master, clusterId: string): Promise<void> {
  if (!master.localClusters.includes(clusterId))
    master.localClusters = await listLocalClusters(master.services);
  if (master.localClusters.includes(clusterId)) await refreshCluster(master, clusterId);
}

/** Subscribes on a connection of its own. A lost message costs a second: the pointer is polled too. */
function listen(master: Master, onWake: RebuildHook, onPolicy: PolicyHook): () => void {
  const { services, desired } = master;
  const subscriber = services.redis.duplicate();
  subscriber.on("error", () => undefined);
  subscriber.on("ready", () => {
    const { wake, pointer, policy } = redisChannels;
    subscriber.subscribe(wake, pointer, policy).catch((error) => {
      services.log.warn({ err: String(error) }, "not subscribed; polling goes on");
    });
  });
  subscriber.on("message", (channel: string, clusterId: string) => {
    if (channel === redisChannels.wake) onWake(clusterId);
    else if (channel === redisChannels.policy) onPolicy();
    else if (master.localClusters.includes(clusterId))
      followPointer(services, desired, clusterId).catch(() => undefined);
  });
  return () => subscriber.disconnect();
}
