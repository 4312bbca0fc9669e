import { LastRefusal } from "../contract/change-control.ts";
import type { MachineAgentView, WaitingFor } from "../contract/console-views.ts";
import { redisKeys } from "../desired-state/redis-layout.ts";
import { batchesOfSlots } from "../desired-state/ring.ts";
import type { Services } from "../platform/services.ts";
import type { ChangePermission } from "../releases/engine/change-permission.ts";
import { explainMachine as explainAgent, type Reach } from "../releases/engine/explain-machine.ts";
import { ringBatches } from "../releases/release-entries.ts";
import { type LoadedRelease, loadRelease } from "../releases/release-rows.ts";
import { ringSaltOf } from "../releases/ring-salt.ts";

export type MachineInQuestion = {
  machineId: string;
  clusterId: string;
  slot: number;
  online: boolean;
};

/**
 * Why a machine runs what it runs, agent by agent, and what it was told when it last asked to change.
 * A refusal that Redis cannot tell is left out.
 */
export async function explainMachine(
  services: Services,
  machine: MachineInQuestion,
  agents: readonly Pick<MachineAgentView, "name" | "desired" | "actual">[],
): Promise<{ lastRefusal: LastRefusal | null; why: Map<string, WaitingFor> }> {
  const lastRefusal = await readRefusal(services, machine);
  const permission = lastRefusal && permissionOf(lastRefusal);
  const why = new Map<string, WaitingFor>();
  for (const { name, desired, actual } of agents) {
    const reach = desired && (await readReach(services, machine, desired.releaseId));
    const { online } = machine;
    why.set(name, explainAgent({ desired, actual, reach, online, permission }));
  }
  return { lastRefusal, why };
}

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
  const batchPercent = batchesOfSlots(ringBatches, ringSaltOf(plan))[slot] ?? null;
  return { stages, stageOpenedAtMs: cluster.stageOpenedAtMs, batchPercent };
}
