import type { FleetCounts } from "../fleet/count-fleet.ts";

/** What the simulation cost this process, since `startUsage`. */
export type Usage = {
  seconds: number;
  cpuSeconds: number;
  checkInsPerSecond: number;
  /** Check-ins per second of processor time. */
  checkInsPerCpuSecond: number;
  rssBytes: number;
  /** Of memory that came with the fleet. */
  bytesPerMachine: number;
};

export type UsageStart = { atMs: number; cpu: NodeJS.CpuUsage; rssBytes: number };

export function startUsage(): UsageStart {
  return { atMs: performance.now(), cpu: process.cpuUsage(), rssBytes: process.memoryUsage.rss() };
}

export function usageSince(start: UsageStart, counts: FleetCounts): Usage {
  const seconds = (performance.now() - start.atMs) / 1000;
  const { user, system } = process.cpuUsage(start.cpu);
  const cpuSeconds = (user + system) / 1e6;
  const rssBytes = process.memoryUsage.rss();
  return {
    seconds: rounded(seconds),
    cpuSeconds: rounded(cpuSeconds),
    checkInsPerSecond: Math.round(counts.checkIns / seconds),
    checkInsPerCpuSecond: Math.round(counts.checkIns / cpuSeconds),
    rssBytes,
    bytesPerMachine: Math.round((rssBytes - start.rssBytes) / counts.machines),
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
