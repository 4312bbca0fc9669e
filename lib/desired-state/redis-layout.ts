import type { MachineType } from "../contract/machine-type.ts";

/*
 * A cluster's keys share a hash tag, so that they live on one node of a Redis Cluster. What a
 * rebuild writes stands under its generation; the pointer names the generation that counts and is
 * written last. Readers therefore see one generation whole, or the one before.
 */

const tag = (clusterId: string) => `ifrit:{${clusterId}}`;

export const redisKeys = {
  /** JSON of Pointer. */
  pointer: (clusterId: string) => `${tag(clusterId)}:pointer`,
  /** JSON of GenerationIndex: which documents the generation has, by ETag. */
  index: (clusterId: string, generation: number) => `${tag(clusterId)}:g${generation}:index`,
  /** A document for the machines of a type: class 0 is the default, class k is hash k. */
  document: (clusterId: string, generation: number, type: MachineType, classIndex: number) =>
    classIndex === 0
      ? `${tag(clusterId)}:g${generation}:expect_default_${type}`
      : `${tag(clusterId)}:g${generation}:expect_default_hash${classIndex}_${type}`,
  /** 16,384 little-endian 16-bit class indexes, one per slot. */
  slots: (clusterId: string, generation: number, type: MachineType) =>
    `${tag(clusterId)}:g${generation}:slots_${type}`,
  /** The document of a machine that gray entries name. A machine has one type; were entries to name it under a second one, that has its own key. */
  gray: (clusterId: string, generation: number, machineId: string, type?: MachineType) =>
    `${tag(clusterId)}:g${generation}:expect_gray_${machineId}${type ? `_${type}` : ""}`,
  /** Stream of reports on their way to MySQL. */
  reports: (clusterId: string) => `${tag(clusterId)}:reports`,
  /** Reports that could not be stored, for a person to look at. */
  poisonReports: (clusterId: string) => `${tag(clusterId)}:reports:poison`,
  /** Hash: machine id → "<last seen ms> <state digest>". */
  heartbeats: (clusterId: string) => `${tag(clusterId)}:heartbeats`,
  /** Heartbeats that are being written to MySQL. */
  heartbeatsTaken: (clusterId: string) => `${tag(clusterId)}:heartbeats:taken`,
  /** Set of machine ids that are to send a full report. */
  wantFullReport: (clusterId: string) => `${tag(clusterId)}:want-full-report`,
  /** Sorted set: machines that are changing now, by when their place runs out (Redis's clock). */
  changing: (clusterId: string, counts: "normal" | "rollBack") =>
    `${tag(clusterId)}:changing:${counts}`,
  /** "<since ms> <agents, by comma>" of a machine that is changing; runs out with its place. */
  place: (clusterId: string, machineId: string) => `${tag(clusterId)}:place:${machineId}`,
  /** When a machine was last changing; kept for as long as it may not change again. */
  lastChange: (clusterId: string, machineId: string) =>
    `${tag(clusterId)}:last-change:${machineId}`,
  /** Stands while a machine that held a place for too long lets others go first. */
  placeRest: (clusterId: string, machineId: string) => `${tag(clusterId)}:place-rest:${machineId}`,
  /** JSON of LastRefusal: why a machine may not change; short-lived. */
  refusal: (clusterId: string, machineId: string) => `${tag(clusterId)}:refusal:${machineId}`,
  /** Cluster ids that this deployment is master of: for a start while MySQL is away. */
  clusters: "ifrit:clusters",
  /** JSON of the machines that may not check in: for a start while MySQL is away. */
  blocked: "ifrit:blocked",
} as const;

export const redisChannels = {
  /** Message: a cluster id whose desired entries changed. */
  wake: "ifrit:wake",
  /** Message: a cluster id whose pointer moved. */
  pointer: "ifrit:pointer",
  /** Freezes, holds, windows or limits changed, or a release was stopped. */
  policy: "ifrit:policy",
} as const;
