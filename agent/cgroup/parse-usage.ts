/** The files of a group, by name, as they were read together. */
export type CgroupFiles = ReadonlyMap<string, string>;

export interface CgroupUsage {
  /** Of all that ever ran in the group, also of what ended and was reaped by a stranger. */
  cpuSeconds: number;
  /** Null without the memory controller. */
  memoryBytes: number | null;
  pids: number[];
}

/**
 * Memory is anon + file_mapped: what RSS means, with pages that processes share counted once. Page cache
 * is left out, although the limit counts it: the kernel takes it back when it needs it, and with it each
 * program that reads logs would look hungry.
 */
export function parseUsage(files: CgroupFiles): CgroupUsage | null {
  const cpu = parseKeyed(files.get("cpu.stat") ?? "").get("usage_usec");
  if (cpu === undefined || parseKeyed(files.get("cgroup.events") ?? "").get("populated") !== 1)
    return null;
  const memory = parseKeyed(files.get("memory.stat") ?? "");
  const anon = memory.get("anon");
  return {
    cpuSeconds: cpu / 1_000_000,
    memoryBytes: anon === undefined ? null : anon + (memory.get("file_mapped") ?? 0),
    pids: parsePids(files.get("cgroup.procs") ?? ""),
  };
}

export function parsePids(text: string): number[] {
  return text.split("\n").filter(Boolean).map(Number);
}

export interface OomKill {
  limitBytes: number | null;
  /** The most that the group held; kernels before 5.19 do not tell. */
  peakBytes: number | null;
}

/** Null when the kernel has killed nothing in the group for its memory. */
export function parseOomKill(files: CgroupFiles): OomKill | null {
  const kills = parseKeyed(files.get("memory.events") ?? "").get("oom_kill") ?? 0;
  if (kills === 0) return null;
  return {
    limitBytes: parseNumber(files.get("memory.max")),
    peakBytes: parseNumber(files.get("memory.peak")),
  };
}

export function oomKillText({ limitBytes, peakBytes }: OomKill): string {
  const mebibytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`;
  const peak = peakBytes === null ? "" : `: it had come to ${mebibytes(peakBytes)}`;
  const limit = limitBytes === null ? "" : `, its limit is ${mebibytes(limitBytes)}`;
  return `the kernel killed it for its memory${peak}${limit}`;
}

function parseKeyed(text: string): Map<string, number> {
  const pairs = text.split("\n").map((line) => line.split(" "));
  return new Map(pairs.map(([key = "", value]) => [key, Number(value)]));
}

function parseNumber(text: string | undefined): number | null {
  const number = Number.parseInt(text ?? "", 10);
  return Number.isInteger(number) ? number : null;
}
