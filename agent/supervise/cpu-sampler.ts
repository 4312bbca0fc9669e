import type { RunRecord } from "../plan/run-record.ts";
import type { ProcessStat } from "../platform/process-table.ts";
import { selfProcesses } from "../self/self-agent.ts";
import { selfName } from "../version.ts";
import { familyOf } from "./members.ts";

export interface Sample {
  /** Per cent of one core since the last sample; null for the first one. */
  cpuPercent: number | null;
  rssBytes: number;
}

const ticksPerSecond = 100;
const pageBytes = 4096;

interface Earlier {
  run: string;
  cpuTicks: number;
  atMs: number;
}

/** Turns readings of /proc into figures per agent, its children included. */
export class CpuSampler {
  #earlier = new Map<string, Earlier>();

  sample(name: string, run: RunRecord, all: readonly ProcessStat[], nowMs: number): Sample {
    const family = name === selfName ? selfProcesses(all) : familyOf(all, run);
    const cpuTicks = family.reduce((sum, one) => sum + one.cpuTicks, 0);
    const rssBytes = family.reduce((sum, one) => sum + one.rssPages, 0) * pageBytes;
    const identity = `${run.pid}:${run.startTicks}`;
    const before = this.#earlier.get(name);
    this.#earlier.set(name, { run: identity, cpuTicks, atMs: nowMs });
    if (before === undefined || before.run !== identity || nowMs <= before.atMs)
      return { cpuPercent: null, rssBytes };
    // A child that a stranger reaped takes its ticks with it, so the sum may fall.
    const ticks = Math.max(0, cpuTicks - before.cpuTicks);
    const cpuPercent = (ticks / ticksPerSecond / ((nowMs - before.atMs) / 1000)) * 100;
    return { cpuPercent: Math.round(cpuPercent * 10) / 10, rssBytes };
  }

  forget(name: string): void {
    this.#earlier.delete(name);
  }
}
