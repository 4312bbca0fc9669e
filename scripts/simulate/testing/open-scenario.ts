import { setTimeout as sleep } from "node:timers/promises";
import type { ReleaseDetail } from "../../../lib/contract/console-views.ts";
import type { PackageManifest } from "../../../lib/contract/package-manifest.ts";
import type { ReleasePlan } from "../../../lib/contract/release-plan.ts";
import { refreshMachineCounts } from "../../../lib/master/load-master.ts";
import { refreshCluster } from "../../../lib/master/refresh-cluster.ts";
import { systemContext } from "../../../lib/platform/request-context.ts";
import { createRelease } from "../../../lib/releases/create-release.ts";
import {
  type PlanTemplate,
  planFromTemplate,
} from "../../../lib/releases/engine/plan-templates.ts";
import { orderRelease, type ReleaseOrder } from "../../../lib/releases/order-release.ts";
import { releaseDetail } from "../../../lib/releases/release-detail.ts";
import { createPackage, packageManifest } from "../../../lib/testing/create-package.ts";
import type { Behaviours } from "../behaviour/behaviours.ts";
import type { PhaseChange } from "../fleet/fleet-options.ts";
import { type Fleet, simulateFleet } from "../simulate-fleet.ts";
import { admitMachines } from "./admit-machines.ts";
import { fastClock } from "./fast-clock.ts";
import { openMaster } from "./open-master.ts";

export const scenarioAgent = "log-agent";
export const scenarioPollSeconds = 60;
/** So much faster than the wall do master and machines live. */
export const timesFaster = 10;

const env = {
  IFRIT_POLL_SECONDS: scenarioPollSeconds,
  IFRIT_FAST_POLL_SECONDS: scenarioPollSeconds,
  IFRIT_FLUSH_SECONDS: 1,
};
const ctx = systemContext("operator", "test");

export type Scenario = Awaited<ReturnType<typeof openScenario>>;

/**
 * A fleet that runs 1.0.0, released long ago, under a real master on real stores: both on one fast
 * clock, so that soaks, polls and silences keep their proportions.
 */
export async function openScenario(shape: {
  name: string;
  machines: number;
  behaviours: Partial<Behaviours>;
}) {
  const now = fastClock(timesFaster);
  const opened = await openMaster({ env, now });
  const { services, cluster, master, masterUrl } = opened;
  const installed = [{ name: scenarioAgent, version: "1.0.0" }];
  const behaviours: Partial<Behaviours> = {
    ...{ types: { LINUX: 3, CONTAINER: 1 }, installed },
    ...shape.behaviours,
  };
  const whole = { ...shape, behaviours, seed: 1 };
  const admitted = await admitMachines(services, cluster.id, whole);
  await refreshMachineCounts(master);
  const changes: PhaseChange[] = [];
  const watchers = new Set<(change: PhaseChange) => void>();
  const onPhase = (change: PhaseChange) => {
    changes.push(change);
    for (const watch of watchers) watch(change);
  };
  const orders = releaseTools(opened, now);
  const base = await orders.release("1.0.0", { template: "wholeClusterAtOnce" });
  // Known before the machines ask for the first time: one report of each is enough.
  await refreshCluster(master, cluster.id);
  const fleet = simulateFleet({ ...whole, ...admitted, masterUrl, now, spreadMs: 30_000, onPhase });
  const tools = { ...orders, ...observe(fleet, changes) };
  await tools.until(base, ({ state }) => state === "completed");
  return {
    ...{ services, cluster, master, fleet, now, changes, watchers },
    ...tools,
    async close() {
      await fleet.stop();
      await opened.close();
    },
  };
}

type Order = {
  template?: PlanTemplate;
  grayMachineIds?: string[];
  /** By stage; the template's own where there is none. */
  soakSeconds?: number[];
  manifest?: Partial<PackageManifest>;
};

function releaseTools(
  { services, cluster }: Awaited<ReturnType<typeof openMaster>>,
  now: () => number,
) {
  const detail = (id: number) => releaseDetail(services, id);
  return {
    detail,
    async release(version: string, order: Order = {}): Promise<number> {
      const named = { name: scenarioAgent, version };
      const manifest = packageManifest({ ...named, ...order.manifest });
      await createPackage(services, { agentName: scenarioAgent, version, manifest });
      const plan = planOf(cluster.id, version, order);
      return (await createRelease(services, ctx, { plan })).id;
    },
    order: (releaseId: number, verb: ReleaseOrder["verb"]) =>
      orderRelease(services, ctx, { releaseId, verb }),
    /** The first sight of the release that is as wanted. Patience is by the fast clock. */
    async until(
      id: number,
      isWanted: (release: ReleaseDetail) => boolean,
      patienceMs = 1_500_000,
    ): Promise<ReleaseDetail> {
      const deadline = now() + patienceMs;
      for (;;) {
        const seen = await detail(id);
        if (isWanted(seen)) return seen;
        if (now() > deadline) throw new Error(`release ${id}: ${describeRelease(seen)}`);
        await sleep(500);
      }
    },
  };
}

function planOf(clusterId: string, version: string, order: Order): ReleasePlan {
  const { template = "safe", grayMachineIds, soakSeconds = [] } = order;
  const plan = planFromTemplate(template, {
    ...{ agentName: scenarioAgent, version, machineTypes: ["LINUX", "CONTAINER"] },
    ...{ clusterIds: [clusterId] },
    ...(grayMachineIds ? { grayMachineIds: { [clusterId]: grayMachineIds } } : {}),
  });
  const [only] = plan.clusters;
  const stages = only!.stages.map((stage, index) => ({
    ...stage,
    gate: { ...stage.gate, soakSeconds: soakSeconds[index] ?? stage.gate.soakSeconds },
  }));
  return { ...plan, clusters: [{ ...only!, stages, verification: "automatic" }] };
}

function describeRelease({ state, waitingFor, counts, failures, events }: ReleaseDetail): string {
  const last = events.slice(-3).map(({ kind, detail }) => ({ kind, detail }));
  return JSON.stringify({ state, waitingFor, counts, failures, last });
}

function observe(fleet: Fleet, changes: readonly PhaseChange[]) {
  return {
    /** Machines that have begun to switch to a version. */
    switchedTo(version: string): Set<string> {
      const switched = changes.filter(
        ({ to, targetVersion }) => to === "switching" && targetVersion === version,
      );
      return new Set(switched.map(({ machineId }) => machineId));
    },
    /** Machines on the net that run anything else. */
    notRunning(version: string): string[] {
      return fleet.machineIds().filter((id) => {
        const { presence, agents } = fleet.machine(id)!;
        return presence === "online" && agents[0]?.state.version !== version;
      });
    },
  };
}
