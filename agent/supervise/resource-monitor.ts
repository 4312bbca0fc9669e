import type { PackageManifest } from "@contract/package-manifest.ts";
import type { AgentContext } from "../context.ts";
import { readManifest } from "../install/read-manifest.ts";
import type { ActualAgent } from "../plan/actual-agent.ts";
import type { RunRecord } from "../plan/run-record.ts";
import { selfName } from "../version.ts";
import { BudgetGuard } from "./budget-guard.ts";
import { CpuSampler, type Sample } from "./cpu-sampler.ts";
import { rotateLog } from "./rotate-log.ts";

type Budget = PackageManifest["budget"];

/** Reads on a cycle what the running agents use, and holds it against their budgets. */
export class ResourceMonitor {
  readonly #sampler = new CpuSampler();
  readonly #guard = new BudgetGuard();
  readonly #budgets = new Map<string, { version: string; budget: Budget }>();
  #samples = new Map<string, Sample>();
  #dueMs = 0;

  constructor(
    private readonly ctx: AgentContext,
    private readonly intervalMs: number,
    private readonly onOverBudget: () => void,
  ) {}

  sampleOf(name: string): Sample | null {
    return this.#samples.get(name) ?? null;
  }

  overBudget(): ReadonlyMap<string, string> {
    return this.#guard.overBudget();
  }

  forget(name: string): void {
    this.#guard.forget(name);
  }

  async tick(actual: readonly ActualAgent[], busy: ReadonlySet<string>): Promise<void> {
    const nowMs = this.ctx.clock.monotonicMs();
    if (nowMs < this.#dueMs) return;
    this.#dueMs = nowMs + this.intervalMs;
    const running = actual.filter((agent) => agent.alive && agent.run !== null);
    if (running.length === 0) return;
    const all = await this.ctx.processes.all();
    const grouped = running.filter((agent) => agent.run!.cgroup !== undefined);
    const usage = await this.ctx.cgroups?.usage(grouped.map((agent) => agent.name));
    const readAtMs = this.ctx.clock.monotonicMs();
    const samples = new Map<string, Sample>();
    for (const { name, run } of running) {
      const group = usage?.get(name) ?? null;
      samples.set(name, this.#sampler.sample(name, run!, all, readAtMs, group));
      if (!busy.has(name) && name !== selfName) await this.#hold(name, run!, samples.get(name)!);
    }
    this.#samples = samples;
    if (this.overBudget().size > 0) this.onOverBudget();
    for (const { name } of actual) await rotateLog(this.ctx.layout.agent(name).log);
  }

  async #hold(name: string, run: RunRecord, sample: Sample): Promise<void> {
    if (this.#budgets.get(name)?.version !== run.version) {
      const layout = this.ctx.layout.agent(name);
      const manifest = await readManifest(layout, run.version).catch(() => null);
      this.#budgets.set(name, { version: run.version, budget: manifest?.budget });
    }
    const budget = this.#budgets.get(name)?.budget;
    this.#guard.note(name, `${run.pid}:${run.startTicks}`, budget, sample);
  }
}
