import type { LastRefusal } from "../contract/change-control.ts";
import type { AgentRefusal, ChangeRefusal } from "../contract/change-headers.ts";
import type { ChangeControl } from "./change-control.ts";

/** By process; of more the oldest are forgotten. People ask about one machine, not about all. */
const notedMax = 50_000;

/**
 * Keeps what a machine was told, for whoever asks why it does not change. null: it may change now,
 * or has; what is known of a refusal is forgotten. Memory only: writeRefusals carries it on.
 */
export function noteRefusal(
  { refusals }: Pick<ChangeControl, "refusals">,
  clusterId: string,
  machineId: string,
  verdict: { machine: ChangeRefusal | null; agents: AgentRefusal[] } | null,
  atMs: number,
): void {
  const held = refusals.get(clusterId);
  const before = held?.get(machineId);
  if (!verdict) {
    if (before) before.text = "";
    return;
  }
  const refusal: LastRefusal = {
    atMs,
    machine: verdict.machine && { ...verdict.machine, values: { ...verdict.machine.values } },
    agents: verdict.agents.map((agent) => ({ ...agent, values: { ...agent.values } })),
  };
  const text = JSON.stringify([refusal.machine, refusal.agents]);
  const writtenAtMs = before?.text === text ? before.writtenAtMs : 0;
  const ofCluster = held ?? new Map();
  ofCluster.delete(machineId);
  ofCluster.set(machineId, { refusal, text, writtenAtMs });
  if (ofCluster.size > notedMax) ofCluster.delete(ofCluster.keys().next().value as string);
  refusals.set(clusterId, ofCluster);
}
