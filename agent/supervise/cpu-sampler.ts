import type { CgroupUsage } from "../cgroup/parse-usage.ts";
import type { RunRecord } from "../plan/run-record.ts";
import type { ProcessStat } from "../platform/process-table.ts";

export interface Sample {
  /** Per cent of one core since the last sample; null for the first one. */
  cpuPercent: number | null;
  rssBytes: number;
}

/** Linux counts in these for every program, whatever the kernel's own clock. */
const ticksPerSecond = 100;
const pageBytes = 4096;

interface Earlier {
  run: string;
  cpuSeconds: number;
  atMs: number;
}

/** Turns readings of the control group, or else of /proc, into figures per agent, its children included. */
export class CpuSampler {
  #earlier = new Map<string, Earlier>();

  sample(
    name: string,
    run: RunRecord,
    family: readonly ProcessStat[],
    nowMs: number,
    group: CgroupUsage | null = null,
  ): Sample {
    const cpuSeconds =
      group?.cpuSeconds ?? family.reduce((sum, one) => sum + one.cpuTicks, 0) / ticksPerSecond;
    const rssBytes =
      group?.memoryBytes ?? family.reduce((sum, one) => sum + one.rssPages, 0) * pageBytes;
    const identity = `${run.pid}:${run.startTicks}:${group === null ? "proc" : "cgroup"}`;
    const before = this.#earlier.get(name);
    this.#earlier.set(name, { run: identity, cpuSeconds, atMs: nowMs });
    if (before === undefined || before.run !== identity || nowMs <= before.atMs)
      return { cpuPercent: null, rssBytes };
    // Read from /proc: a child that a stranger reaped takes its time with it, so the sum may fall.
    const seconds = Math.max(0, cpuSeconds - before.cpuSeconds);
    const cpuPercent = (seconds / ((nowMs - before.atMs) / 1000)) * 100;
    return { cpuPercent: Math.round(cpuPercent * 10) / 10, rssBytes };
  }

  forget(name: string): void {
    this.#earlier.delete(name);
  }
}
