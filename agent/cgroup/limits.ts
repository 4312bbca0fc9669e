import type { ResourceBudget } from "@contract/package-manifest.ts";
import type { z } from "zod";

export interface CgroupLimits {
  memoryMaxBytes: number | null;
  /** Per cent of one core. */
  cpuMaxPercent: number | null;
}

const mebibyte = 1024 * 1024;
const cpuPeriodUs = 100_000;

/**
 * The budget is watched and costs a version its place; the limit is the wall behind it, for what happens
 * between two samples. So there is room between the two: half as much memory again, but at least 32 MiB
 * (page cache and kernel memory count here, not in the budget), and twice the CPU, but at least half a
 * core more, so that a program with a small budget still starts in good time.
 */
export function limitsOf(budget: z.infer<typeof ResourceBudget> | undefined): CgroupLimits {
  const { rssMiB, cpuPercent } = budget ?? {};
  return {
    memoryMaxBytes:
      rssMiB === undefined ? null : Math.ceil(Math.max(rssMiB * 1.5, rssMiB + 32)) * mebibyte,
    cpuMaxPercent: cpuPercent === undefined ? null : Math.max(cpuPercent * 2, cpuPercent + 50),
  };
}

/** What is written where. Every file is written each time: a group may be left from another version. */
export function limitFiles(
  limits: CgroupLimits,
  controllers: ReadonlySet<string>,
): [file: string, value: string][] {
  const { memoryMaxBytes, cpuMaxPercent } = limits;
  const quotaUs =
    cpuMaxPercent === null ? "max" : String(Math.round((cpuMaxPercent / 100) * cpuPeriodUs));
  return [
    ...(controllers.has("memory")
      ? ([
          ["memory.max", memoryMaxBytes === null ? "max" : String(memoryMaxBytes)],
          ["memory.oom.group", "1"],
        ] as [string, string][])
      : []),
    ...(controllers.has("cpu")
      ? [["cpu.max", `${quotaUs} ${cpuPeriodUs}`] as [string, string]]
      : []),
  ];
}
