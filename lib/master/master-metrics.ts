import { Counter, Gauge, type Registry } from "prom-client";
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
  new Gauge({
    registers,
    name: "ifrit_blocked_machines",
    help: "Machines that may not check in.",
    collect() {
      this.set(master.blocked.size);
    },
  });
}
