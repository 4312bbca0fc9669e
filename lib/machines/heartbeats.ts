import type { MachineClaims } from "./machine-token.ts";

/**
 * A machine's last check-in since the last flush. The digest is "" when the machine sent none, the
 * instance when its token names none.
 */
export type Heartbeat = { seenAtMs: number; digest: string; instance: string };

/** By cluster id, then machine id. Noted in memory by check-ins, carried on by the flush job. */
export type Heartbeats = Map<string, Map<string, Heartbeat>>;

export function noteHeartbeat(
  heartbeats: Heartbeats,
  machine: MachineClaims,
  seenAtMs: number,
  digest: string,
): void {
  let ofCluster = heartbeats.get(machine.clusterId);
  if (!ofCluster) {
    ofCluster = new Map();
    heartbeats.set(machine.clusterId, ofCluster);
  }
  const { instance = "" } = machine;
  const held = ofCluster.get(machine.machineId);
  if (held) {
    held.seenAtMs = seenAtMs;
    held.digest = digest;
    held.instance = instance;
  } else ofCluster.set(machine.machineId, { seenAtMs, digest, instance });
}

/** Takes a cluster's heartbeats out. */
export function takeHeartbeats(heartbeats: Heartbeats, clusterId: string): Map<string, Heartbeat> {
  const taken = heartbeats.get(clusterId) ?? new Map<string, Heartbeat>();
  heartbeats.delete(clusterId);
  return taken;
}

/** Puts back what could not be carried on; newer heartbeats stay. */
export function returnHeartbeats(
  heartbeats: Heartbeats,
  clusterId: string,
  taken: Map<string, Heartbeat>,
): void {
  const fresh = heartbeats.get(clusterId);
  if (fresh) for (const [machineId, beat] of fresh) taken.set(machineId, beat);
  heartbeats.set(clusterId, taken);
}
