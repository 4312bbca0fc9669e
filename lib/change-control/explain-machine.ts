import { LastRefusal } from "../contract/change-control.ts";
import type { MachineAgentView, WaitingFor } from "../contract/console-views.ts";
import type { MachineType } from "../contract/machine-type.ts";
import { redisKeys } from "../desired-state/redis-layout.ts";
import { batchesOfSlots } from "../desired-state/ring.ts";
import { readLabels } from "../machines/read-labels.ts";
import type { Services } from "../platform/services.ts";
import type { ChangePermission } from "../releases/engine/change-permission.ts";
import { explainMachine as explainAgent, type Reach } from "../releases/engine/explain-machine.ts";
import { nextForMachine } from "../releases/engine/next-for-machine.ts";
import type { ReleaseRecord } from "../releases/engine/release-record.ts";
import { loadUnfinished } from "../releases/load-unfinished.ts";
import { ringBatches } from "../releases/release-entries.ts";
import { type LoadedRelease, loadRelease } from "../releases/release-rows.ts";
import { ringSaltOf } from "../releases/ring-salt.ts";
import { expectedPermission } from "./expected-permission.ts";

export type MachineInQuestion = {
  machineId: string;
  clusterId: string;
  type: MachineType;
  slot: number;
  online: boolean;
};

type Agent = Pick<MachineAgentView, "name" | "desired" | "actual">;
export type Explained = { why: WaitingFor; next: WaitingFor | null };

/**
 * Why a machine runs what it runs, agent by agent, what comes next to it, and what it was told when it
 * last asked to change. Where it was told nothing lately, what it would be told now counts.
 */
export async function explainMachine(
  services: Services,
  machine: MachineInQuestion,
  agents: readonly Agent[],
): Promise<{ lastRefusal: LastRefusal | null; agents: Map<string, Explained> }> {
  const lastRefusal = await readRefusal(services, machine);
  const permission = lastRefusal
    ? permissionOf(lastRefusal)
    : await expectedPermission(
        services,
        machine,
        agents,
        await readLabels(services.db, machine.machineId),
      );
  const names = agents.map(({ name }) => name);
  const unfinished = await loadUnfinished(services, machine.clusterId, names);
  const explained = new Map<string, Explained>();
  for (const { name, desired, actual } of agents) {
    const reach = desired && (await readReach(services, machine, desired.releaseId));
    const { online } = machine;
    const why = explainAgent({ desired, actual, reach, online, permission });
    const ofAgent = unfinished.filter(({ plan }) => plan.agentName === name);
    const ahead = { ...machine, batchPercentOf: percentOf(machine.slot) };
    const next = nextForMachine(ahead, ofAgent, desired?.releasedAtMs ?? 0);
    explained.set(name, { why, next });
  }
  return { lastRefusal, agents: explained };
}

const percentOf =
  (slot: number) =>
  ({ plan }: Pick<ReleaseRecord, "plan">): number | null =>
    batchesOfSlots(ringBatches, ringSaltOf(plan))[slot] ?? null;

async function readRefusal(
  { redis, log }: Services,
  { clusterId, machineId }: MachineInQuestion,
): Promise<LastRefusal | null> {
  try {
    const text = await redis.get(redisKeys.refusal(clusterId, machineId));
    return text === null ? null : LastRefusal.parse(JSON.parse(text));
  } catch (error) {
    log.warn({ err: String(error), machineId }, "last refusal not read");
    return null;
  }
}

function permissionOf({ machine, agents }: LastRefusal): ChangePermission {
  return machine
    ? { allowed: false, ...machine }
    : { allowed: true, agents: [], blocked: agents, counts: "normal" };
}

/** null: nothing is known of the release here (it was ordered by another deployment). */
async function readReach(
  services: Services,
  { clusterId, slot }: MachineInQuestion,
  releaseId: number,
): Promise<Reach | null> {
  let release: LoadedRelease;
  try {
    release = await loadRelease(services.db, releaseId);
  } catch (error) {
    if ((error as { code?: string }).code === "not_found") return null;
    throw error;
  }
  const { plan, clusters } = release.record;
  const cluster = clusters.find((one) => one.clusterId === clusterId);
  const stages = plan.clusters.find((one) => one.clusterId === clusterId)?.stages;
  if (!cluster || !stages) return null;
  return {
    ...{ stages, stageOpenedAtMs: cluster.stageOpenedAtMs },
    batchPercent: percentOf(slot)(release.record),
  };
}
