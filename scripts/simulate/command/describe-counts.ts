import type { AgentCounts, FleetCounts } from "../fleet/count-fleet.ts";
import type { Usage } from "./usage.ts";

/** One line for a person who looks on. */
export function progressLine(counts: FleetCounts, checkInsPerSecond: number): string {
  const { presence, machines, queued } = counts;
  const parts = [
    `${presence.online.toLocaleString("en")} of ${machines.toLocaleString("en")} online`,
    ...(presence.starting > 0 ? [`${presence.starting} starting`] : []),
    ...(presence.dark > 0 ? [`${presence.dark} dark`] : []),
    ...(presence.away > 0 ? [`${presence.away} away`] : []),
    `${Math.round(checkInsPerSecond).toLocaleString("en")} check-ins/s`,
    ...(queued > 0 ? [`${queued} waiting for a connection`] : []),
    ...describeAgents(counts.agents),
  ];
  const errors = Object.values(counts.errors).reduce((sum, count) => sum + count, 0);
  return [...parts, ...(errors > 0 ? [`${errors} errors`] : [])].join(" · ");
}

export function summaryText(name: string, counts: FleetCounts, usage: Usage): string {
  const { presence, checkInLatency: latency } = counts;
  const lines = [
    `fleet ${name}: ${counts.machines} machines, ${presence.online} online, ${presence.offline} offline, ${presence.away} away, ${presence.dark} dark; ${counts.converged ? "converged" : `${counts.arrived} arrived`}`,
    `check-ins: ${counts.checkIns} in ${usage.seconds} s (${counts.notModified} not modified, ${counts.documents} documents, ${counts.blocked} blocked); p50 ${latency.p50Ms} ms, p99 ${latency.p99Ms} ms, max ${latency.maxMs} ms`,
    `reports: ${counts.reports}; tokens: ${counts.tokens}; enrolled: ${counts.enrolled}; downloads: ${counts.downloads}`,
    `changes: ${counts.entered.switching ?? 0} switched, ${counts.entered.failed ?? 0} failed, ${counts.entered.backoff ?? 0} crashes, ${counts.removed} removed`,
    ...describeAgents(counts.agents).map((line) => `  ${line}`),
    `cost: ${usage.cpuSeconds} s of processor time, ${usage.checkInsPerCpuSecond} check-ins per second of it; ${Math.round(usage.bytesPerMachine / 1024)} KiB per machine`,
  ];
  const errors = Object.entries(counts.errors).map(([code, count]) => `${code} ${count}`);
  return [...lines, ...(errors.length > 0 ? [`errors: ${errors.join(", ")}`] : [])].join("\n");
}

function describeAgents(agents: AgentCounts): string[] {
  return Object.entries(agents).map(([name, versions]) => {
    const parts = Object.entries(versions).flatMap(([version, phases]) =>
      Object.entries(phases).map(([phase, count]) => `${version} ${phase} ${count}`),
    );
    return `${name}: ${parts.sort().join(", ")}`;
  });
}
