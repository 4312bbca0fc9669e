import { Counter, Gauge, type Registry } from "prom-client";
import { listDropped } from "../signing/dropped-values.ts";
import { readOwnTrust } from "../signing/own-trust.ts";
import type { Master } from "./master.ts";

/** Labels stay few: calls and statuses are closed lists, clusters are those of this deployment. */
export function registerMasterMetrics(registry: Registry, master: Master): void {
  const registers = [registry];
  new Counter({
    registers,
    name: "ifrit_agent_requests_total",
    help: "Calls on the agents' wire, by call and status.",
    labelNames: ["call", "status"],
    collect() {
      this.reset();
      for (const [key, value] of Object.entries(master.counters)) {
        const [call, status] = key.split(" ") as [string, string];
        this.inc({ call: call.slice(call.lastIndexOf("/") + 1), status }, value);
      }
    },
  });
  const perCluster = (name: string, help: string, read: (clusterId: string) => number) =>
    new Gauge({
      registers,
      name,
      help,
      labelNames: ["cluster"],
      collect() {
        this.reset();
        for (const cluster of master.localClusters) this.set({ cluster }, read(cluster));
      },
    });
  perCluster(
    "ifrit_desired_generation",
    "Generation of the desired state that this process serves.",
    (clusterId) => master.desired.get(clusterId)?.generation ?? 0,
  );
  perCluster(
    "ifrit_desired_revision",
    "Revision of the desired entries that it was composed from.",
    (clusterId) => master.desired.get(clusterId)?.revision ?? 0,
  );
  perCluster(
    "ifrit_heartbeats_waiting",
    "Machines whose check-in has not been carried on yet.",
    (clusterId) => master.heartbeats.get(clusterId)?.size ?? 0,
  );
  registerTrustMetrics(registers, master, perCluster);
  new Gauge({
    registers,
    name: "ifrit_blocked_machines",
    help: "Machines that may not check in.",
    collect() {
      this.set(master.blocked.size);
    },
  });
}

type PerCluster = (name: string, help: string, read: (clusterId: string) => number) => void;

/** Alarms are made of these: root ends soon, a cluster is not signed, news grow old, Redis is written to. */
function registerTrustMetrics(registers: Registry[], master: Master, perCluster: PerCluster): void {
  new Gauge({
    registers,
    name: "ifrit_trust_root_expires_at_seconds",
    help: "When the newest root document ends, in seconds since the epoch; absent: there is none.",
    labelNames: ["version"],
    async collect() {
      this.reset();
      const { root } = await readOwnTrust(master.services);
      if (!root) return;
      const { version, expiresAtMs } = root.document;
      this.set({ version }, Math.floor(expiresAtMs / 1000));
    },
  });
  perCluster(
    "ifrit_signing",
    "1: this master signs what the cluster's machines get. 0: it does not.",
    (clusterId) => (master.desired.get(clusterId)?.signing.news ? 1 : 0),
  );
  perCluster(
    "ifrit_freshness_issued_at_seconds",
    "When the statement that machines get was signed, in seconds since the epoch; 0: none.",
    (clusterId) =>
      Math.floor((master.desired.get(clusterId)?.signing.news?.issuedAtMs ?? 0) / 1000),
  );
  new Counter({
    registers,
    name: "ifrit_redis_dropped_total",
    help: "Values in Redis that were not believed, by cluster and reason.",
    labelNames: ["cluster", "reason"],
    collect() {
      this.reset();
      for (const cluster of master.localClusters)
        for (const { reason, times } of listDropped(cluster)) this.inc({ cluster, reason }, times);
    },
  });
}
