import type { PackageManifest } from "@contract/package-manifest.ts";
import type { CgroupUsage } from "../cgroup/parse-usage.ts";
import type { AgentContext } from "../context.ts";
import { readManifest } from "../install/read-manifest.ts";
import type { ActualAgent } from "../plan/actual-agent.ts";
import type { RunRecord } from "../plan/run-record.ts";
import { selfName } from "../version.ts";
import { BudgetGuard } from "./budget-guard.ts";
import { CpuSampler, type Sample } from "./cpu-sampler.ts";
import { ProcessTree } from "./process-tree.ts";
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
    const grouped = running.filter((agent) => agent.run!.cgroup !== undefined);
    const usage = (await this.ctx.cgroups?.usage(grouped.map((agent) => agent.name))) ?? new Map();
    const processes = await this.#processes(running, usage);
    const readAtMs = this.ctx.clock.monotonicMs();
    const samples = new Map<string, Sample>();
    for (const { name, run } of running) {
      const group = usage.get(name) ?? null;
      const family = this.#family(name, run!, processes, group);
      samples.set(name, this.#sampler.sample(name, run!, family, readAtMs, group));
      if (!busy.has(name) && name !== selfName) await this.#hold(name, run!, samples.get(name)!);
    }
    this.#samples = samples;
    if (this.overBudget().size > 0) this.onOverBudget();
    for (const { name } of actual) await rotateLog(this.ctx.layout.agent(name).log);
  }

  /** Of all that runs on the machine only when an agent has no group that would name its own. */
  async #processes(
    running: readonly ActualAgent[],
    usage: ReadonlyMap<string, CgroupUsage>,
  ): Promise<ProcessTree> {
    const { processes } = this.ctx;
    const told = ({ name }: ActualAgent) => name === selfName || usage.has(name);
    if (!running.every(told)) return new ProcessTree(await processes.all());
    const weighed = [...usage.values()].filter((group) => group.memoryBytes === null);
    const pids = [...processes.own(), ...weighed.flatMap((group) => group.pids)];
    return new ProcessTree(await processes.stat(pids));
  }

  #family(name: string, run: RunRecord, processes: ProcessTree, group: CgroupUsage | null) {
    if (name === selfName) return processes.living(this.ctx.processes.own());
    return group === null ? processes.familyOf(run) : processes.living(group.pids);
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
