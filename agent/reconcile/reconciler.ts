import type { AgentState } from "@contract/agent-state.ts";
import { AgentName } from "@contract/names.ts";
import { toChangeError } from "../change-error.ts";
import type { AgentContext } from "../context.ts";
import type { ActualAgent } from "../plan/actual-agent.ts";
import { type Failure, updateRecord } from "../plan/agent-record.ts";
import { planSteps, type Step } from "../plan/plan-steps.ts";
import { readActual } from "../plan/read-actual.ts";
import { Bell } from "../platform/bell.ts";
import { errorText } from "../platform/log.ts";
import { desiredAgent, type KnownDesired } from "../poll/desired-store.ts";
import type { Grant } from "../poll/fetch-desired-state.ts";
import { type Activity, deriveAgentState } from "../report/derive-agent-state.ts";
import { CpuSampler, type Sample } from "../supervise/cpu-sampler.ts";
import { LivenessMonitor } from "../supervise/liveness-monitor.ts";
import { rotateLog } from "../supervise/rotate-log.ts";
import { Supervision } from "../supervise/supervision.ts";
import { ChangeRetry } from "./change-retry.ts";
import { executeStep, type StepSurroundings } from "./execute-step.ts";

export interface ReconcilerTiming {
  tickMs: number;
  /** Disk and /proc are read afresh at least this often. */
  fullRoundMs: number;
  sampleMs: number;
}

export const reconcilerDefaults: ReconcilerTiming = {
  tickMs: 1000,
  fullRoundMs: 30_000,
  sampleMs: 15_000,
};

export interface ReconcilerHooks
  extends Pick<StepSurroundings, "session" | "confirm" | "noteRemoved"> {
  desired(): KnownDesired | null;
  grant(): Grant;
  /** Something that a report would tell has changed. */
  onChange(): void;
}

/**
 * Brings the machine to its desired state: looks at what is there, plans at most one step per agent,
 * runs the steps side by side, and looks again. Memory holds only what is under way, never what is so.
 */
export class Reconciler {
  readonly #supervision: Supervision;
  readonly #liveness: LivenessMonitor;
  readonly #retry: ChangeRetry;
  readonly #sampler = new CpuSampler();
  readonly #bell = new Bell();
  readonly #running = new Map<string, Promise<void>>();
  readonly #activities = new Map<string, Activity>();
  readonly #unwritten = new Map<string, Failure>();
  #samples = new Map<string, Sample>();
  #actual: readonly ActualAgent[] = [];
  #roundDueMs = 0;
  #sampleDueMs = 0;

  constructor(
    private readonly ctx: AgentContext,
    private readonly hooks: ReconcilerHooks,
    private readonly timing: ReconcilerTiming = reconcilerDefaults,
  ) {
    this.#supervision = new Supervision(ctx);
    this.#liveness = new LivenessMonitor(ctx, () => this.wake());
    this.#retry = new ChangeRetry(ctx);
  }

  /** Looks again soon: the desired state, the grant or a process has changed. */
  wake(): void {
    this.#bell.ring();
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#tick(signal);
      } catch (error) {
        this.ctx.log.error("a round failed and is repeated", { error: errorText(error) });
      }
      if (await this.#bell.wait(this.ctx.clock, this.timing.tickMs, signal)) this.#roundDueMs = 0;
    }
    await Promise.allSettled(this.#running.values());
  }

  async #tick(signal: AbortSignal): Promise<void> {
    const nowMs = this.ctx.clock.monotonicMs();
    this.#liveness.tick();
    if (nowMs >= this.#roundDueMs || (await this.#supervision.needsRound()))
      await this.round(signal);
    if (nowMs >= this.#sampleDueMs) await this.#sample();
  }

  /** One look at the machine, and the start of whatever is to be done. */
  async round(signal: AbortSignal): Promise<void> {
    this.#roundDueMs = this.ctx.clock.monotonicMs() + this.timing.fullRoundMs;
    const desired = this.hooks.desired()?.state.agents ?? [];
    await this.#look(desired.map((agent) => agent.name));
    const idle = this.#actual.filter((agent) => !this.#running.has(agent.name));
    const steps = planSteps(idle, desired, {
      platform: this.ctx.platform,
      mayChange: this.hooks.grant().allowed,
      changeNotDue: this.#retry.notDue(desired),
      restartNotDue: this.#supervision.restartNotDue(),
      notLive: this.#liveness.notLive(),
    });
    for (const step of steps) this.#begin(step, signal);
    this.hooks.onChange();
  }

  async #look(names: readonly string[]): Promise<void> {
    const actual = await readActual(this.ctx, names);
    this.#actual = actual.filter((agent) => AgentName.safeParse(agent.name).success);
    const busy = new Set(this.#running.keys());
    this.#supervision.observe(this.#actual, busy);
    await this.#liveness.observe(this.#actual, busy);
  }

  #begin(step: Step, signal: AbortSignal): void {
    const work = executeStep(this.#surroundings(signal), step)
      .then(() => this.#succeeded(step))
      .catch((error) => this.#failed(step, error, signal))
      .finally(() => {
        this.#running.delete(step.name);
        this.#activities.delete(step.name);
        this.wake();
      });
    this.#running.set(step.name, work);
  }

  #surroundings(signal: AbortSignal): StepSurroundings {
    return {
      ...this.hooks,
      ctx: this.ctx,
      session: this.hooks.session,
      supervision: this.#supervision,
      confirm: (change) => this.hooks.confirm(change),
      noteRemoved: (name) => this.hooks.noteRemoved(name),
      show: (name, activity) => this.#show(name, activity),
      signal,
    };
  }

  #show(name: string, activity: Activity | null): void {
    if (activity === null) this.#activities.delete(name);
    else this.#activities.set(name, activity);
    this.hooks.onChange();
  }

  #succeeded(step: Step): void {
    this.#unwritten.delete(step.name);
    if (step.kind === "install" || step.kind === "switch") this.#retry.forget(step.name);
  }

  async #failed(step: Step, error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { reason, message } = toChangeError(error);
    const version =
      "version" in step ? step.version : "to" in step ? step.to : this.#currentOf(step.name);
    const failure: Failure = { reason, message, version };
    this.ctx.log.error("step failed", {
      agent: step.name,
      step: step.kind,
      reason,
      error: message,
    });
    const wanted = desiredAgent(this.hooks.desired(), step.name);
    this.#retry.note(step.name, wanted?.releaseId ?? null);
    const layout = this.ctx.layout.agent(step.name);
    const giveUp = step.kind === "install" && reason === "archive_invalid";
    const known = this.#actual.find((agent) => agent.name === step.name)?.record.quarantine ?? [];
    const quarantine = giveUp
      ? [...known, { version: step.version, releaseId: step.releaseId, failure }]
      : known;
    try {
      await updateRecord(layout, { failure, quarantine });
    } catch (unwritable) {
      this.ctx.log.error("the failure cannot be recorded", {
        agent: step.name,
        error: errorText(unwritable),
      });
      this.#unwritten.set(step.name, failure);
    }
  }

  #currentOf(name: string): string | null {
    return this.#actual.find((agent) => agent.name === name)?.current?.version ?? null;
  }

  async #sample(): Promise<void> {
    this.#sampleDueMs = this.ctx.clock.monotonicMs() + this.timing.sampleMs;
    const running = this.#actual.filter((agent) => agent.alive && agent.run !== null);
    if (running.length === 0) return;
    const all = await this.ctx.processes.all();
    const nowMs = this.ctx.clock.monotonicMs();
    this.#samples = new Map(
      running.map((agent) => [
        agent.name,
        this.#sampler.sample(agent.name, agent.run!, all, nowMs),
      ]),
    );
    for (const agent of this.#actual) await rotateLog(this.ctx.layout.agent(agent.name).log);
  }

  /** How every agent stands now. */
  states(): AgentState[] {
    return this.#actual
      .map((actual) =>
        deriveAgentState({
          actual,
          desired: desiredAgent(this.hooks.desired(), actual.name),
          platform: this.ctx.platform,
          activity: this.#activities.get(actual.name) ?? null,
          sample: this.#samples.get(actual.name) ?? null,
          unwrittenFailure: this.#unwritten.get(actual.name) ?? null,
        }),
      )
      .filter((state) => state !== null);
  }
}
