import type { ResourceBudget } from "@contract/package-manifest.ts";
import type { z } from "zod";
import type { Sample } from "./cpu-sampler.ts";

/** So many samples in a row must be over the budget: a short burst is no reason to act. */
export const overSamples = 4;

/** Counts, per agent and process, how long a version has been using more than it promised. */
export class BudgetGuard {
  #over = new Map<string, { run: string; count: number; message: string }>();

  note(
    name: string,
    run: string,
    budget: z.infer<typeof ResourceBudget> | undefined,
    sample: Sample,
  ): void {
    const message = excess(budget, sample);
    const before = this.#over.get(name);
    if (message === null) this.#over.delete(name);
    else this.#over.set(name, { run, message, count: before?.run === run ? before.count + 1 : 1 });
  }

  forget(name: string): void {
    this.#over.delete(name);
  }

  /** Names with figures. */
  overBudget(): Map<string, string> {
    const over = [...this.#over].filter(([, one]) => one.count >= overSamples);
    return new Map(over.map(([name, one]) => [name, one.message]));
  }
}

export function excess(
  budget: z.infer<typeof ResourceBudget> | undefined,
  sample: Sample,
): string | null {
  const { cpuPercent } = sample;
  const rssMiB = Math.round(sample.rssBytes / 1024 / 1024);
  if (budget?.rssMiB !== undefined && rssMiB > budget.rssMiB) {
    return `it uses ${rssMiB} MiB of memory, its budget is ${budget.rssMiB} MiB`;
  }
  if (budget?.cpuPercent !== undefined && cpuPercent !== null && cpuPercent > budget.cpuPercent) {
    return `it uses ${cpuPercent} % of a core, its budget is ${budget.cpuPercent} %`;
  }
  return null;
}
