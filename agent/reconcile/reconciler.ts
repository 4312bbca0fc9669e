import type { AgentState } from "@contract/agent-state.ts";
import { AgentName } from "@contract/names.ts";
import type { AgentContext } from "../context.ts";
import { IntegrityMonitor } from "../integrity/integrity-monitor.ts";
import type { ActualAgent } from "../plan/actual-agent.ts";
import type { Failure } from "../plan/agent-record.ts";
import { planSteps } from "../plan/plan-steps.ts";
import { readActual } from "../plan/read-actual.ts";
import type { RunRecord } from "../plan/run-record.ts";
import type { Step } from "../plan/step.ts";
import { Bell } from "../platform/bell.ts";
import { errorText } from "../platform/log.ts";
import { desiredAgent, type KnownDesired } from "../poll/desired-store.ts";
import type { Grant } from "../poll/fetch-desired-state.ts";
import { type Activity, deriveAgentState } from "../report/derive-agent-state.ts";
import { asSelf, readSelfRun } from "../self/self-agent.ts";
import { Signals } from "../self/signals.ts";
import { withDaemon } from "../supervise/adopt-daemon.ts";
import { LivenessMonitor } from "../supervise/liveness-monitor.ts";
import { ResourceMonitor } from "../supervise/resource-monitor.ts";
import { Supervision } from "../supervise/supervision.ts";
import { selfName } from "../version.ts";
import { executeStep, type StepSurroundings } from "./execute-step.ts";
import { failureOf, recordFailure } from "./record-failure.ts";
import { StepRetry } from "./step-retry.ts";

export interface ReconcilerTiming {
  /** How often an adopted process is looked at: the end of one that it started itself ifrit-agent is told. */
  tickMs: number;
  /** Disk and /proc are read afresh at least this often. */
  fullRoundMs: number;
  sampleMs: number;
  integrityMs: number;
}

export const reconcilerDefaults: ReconcilerTiming = {
  tickMs: 1700,
  fullRoundMs: 30_000,
  sampleMs: 15_000,
  integrityMs: 600_000,
};

export interface ReconcilerHooks
  extends Pick<
    StepSurroundings,
    "session" | "gate" | "confirm" | "noteRemoved" | "endForHandOver"
  > {
  desired(): KnownDesired | null;
  grant(): Grant;
  /** Another guard has begun, and with it another ifrit-agent. */
  endForGuard(): void;
  /** Something that a report would tell has changed. */
  onChange(): void;
}

const progressGapMs = 2000;

interface RunningStep {
  step: Step;
  abort: AbortController;
  work: Promise<void>;
}

/**
 * Brings the machine to its desired state: looks at what is there, plans at most one step per agent,
 * runs the steps side by side, and looks again. Memory holds only what is under way, never what is so.
 */
export class Reconciler {
  readonly #supervision: Supervision;
  readonly #liveness: LivenessMonitor;
  readonly #signals: Signals;
  readonly #integrity: IntegrityMonitor;
  readonly #resources: ResourceMonitor;
  readonly #changeRetry: StepRetry;
  readonly #upkeepRetry: StepRetry;
  readonly #bell = new Bell();
  readonly #running = new Map<string, RunningStep>();
  readonly #activities = new Map<string, Activity>();
  readonly #unwritten = new Map<string, Failure>();
  #actual: readonly ActualAgent[] = [];
  #roundDueMs = 0;
  #progressShownAtMs = 0;
  #selfRun: RunRecord | null = null;

  constructor(
    private readonly ctx: AgentContext,
    private readonly hooks: ReconcilerHooks,
    private readonly timing: ReconcilerTiming = reconcilerDefaults,
  ) {
    this.#supervision = new Supervision(ctx);
    this.#signals = new Signals(ctx, () => hooks.endForGuard());
    this.#resources = new ResourceMonitor(ctx, timing.sampleMs, () => this.wake());
    this.#integrity = new IntegrityMonitor(ctx, timing.integrityMs, () => this.wake());
    this.#liveness = new LivenessMonitor(ctx, () => this.wake());
    this.#changeRetry = new StepRetry(ctx);
    this.#upkeepRetry = new StepRetry(ctx);
  }

  /** Looks again soon: the desired state, the grant or a process has changed. */
  wake(): void {
    this.#bell.ring();
  }

  async run(signal: AbortSignal): Promise<void> {
    let said: string | null = null;
    while (!signal.aborted) {
      try {
        await this.#tick(signal);
        said = null;
      } catch (error) {
        const message = errorText(error);
        // A disk that is gone would fill the log of another one.
        if (message !== said)
          this.ctx.log.error("a round failed and is repeated", { error: message });
        said = message;
      }
      const waitMs = Math.min(
        this.timing.tickMs,
        this.#supervision.untilRestartMs() || this.timing.tickMs,
        this.#liveness.untilProbeMs(),
      );
      if (await this.#bell.wait(this.ctx.clock, waitMs, signal)) this.#roundDueMs = 0;
    }
    await Promise.allSettled([...this.#running.values()].map((one) => one.work));
  }

  async #tick(signal: AbortSignal): Promise<void> {
    const nowMs = this.ctx.clock.monotonicMs();
    await this.#signals.beat();
    this.#liveness.tick();
    if (nowMs >= this.#roundDueMs || (await this.#supervision.needsRound()))
      await this.round(signal);
    const busy = new Set(this.#running.keys());
    await this.#resources.tick(this.#actual, busy);
    this.#integrity.tick(this.#actual, busy);
  }

  /** One look at the machine, and the start of whatever is to be done. */
  async round(signal: AbortSignal): Promise<void> {
    this.#roundDueMs = this.ctx.clock.monotonicMs() + this.timing.fullRoundMs;
    const desired = this.hooks.desired()?.state.agents ?? [];
    this.#abortStaleDownloads();
    await this.#look(desired.map((agent) => agent.name));
    const idle = this.#actual.filter((agent) => !this.#running.has(agent.name));
    const steps = planSteps(idle, desired, {
      platform: this.ctx.platform,
      // Nothing else begins to change once ifrit-agent is about to be replaced.
      mayChange:
        this.hooks.grant().allowed && this.#running.get(selfName)?.step.kind !== "handOver",
      changeNotDue: this.#changeRetry.notDue(desired),
      upkeepNotDue: this.#upkeepRetry.waiting(),
      restartNotDue: this.#supervision.restartNotDue(),
      notLive: this.#liveness.notLive(),
      drifted: this.#integrity.drifted(),
      overBudget: this.#resources.overBudget(),
      bootTicks: await this.ctx.processes.bootTicks(),
      guarded: this.ctx.guarded,
      busy: this.#running.size > 0,
    });
    for (const step of steps) this.#begin(step, signal);
    this.hooks.onChange();
  }

  async #look(names: readonly string[]): Promise<void> {
    const ended = [...this.#activities.keys()].filter((name) => !this.#running.has(name));
    const actual = await readActual(this.ctx, names);
    // Not before: until the machine is read again, the old reading is not true any more.
    for (const name of ended) this.#activities.delete(name);
    const busy = new Set(this.#running.keys());
    const named = actual.filter((agent) => AgentName.safeParse(agent.name).success);
    const managed = await Promise.all(
      named
        .filter((agent) => agent.name !== selfName)
        .map((agent) => (busy.has(agent.name) ? agent : withDaemon(this.ctx, agent))),
    );
    this.#supervision.observe(managed, busy);
    await this.#liveness.observe(managed, busy);
    this.#selfRun ??= await readSelfRun(this.ctx);
    const self = named.filter((agent) => agent.name === selfName);
    this.#actual = [...managed, ...self.map((agent) => asSelf(agent, this.#selfRun!))];
  }

  #begin(step: Step, signal: AbortSignal): void {
    const abort = new AbortController();
    const stop = () => abort.abort();
    signal.addEventListener("abort", stop);
    const work = executeStep(this.#surroundings(abort.signal), step)
      .then(() => this.#succeeded(step))
      .catch((error) => this.#failed(step, error, abort.signal))
      .finally(() => {
        signal.removeEventListener("abort", stop);
        this.#running.delete(step.name);
        this.wake();
      });
    this.#running.set(step.name, { step, abort, work });
  }

  /** A download of what nobody wants any more only costs. Other steps are short, or must not be left half-way. */
  #abortStaleDownloads(): void {
    for (const { step, abort } of this.#running.values()) {
      if (step.kind !== "install") continue;
      const wanted = desiredAgent(this.hooks.desired(), step.name);
      const same = wanted?.want === "present" && wanted.version === step.version;
      if (!same) abort.abort();
    }
  }

  #surroundings(signal: AbortSignal): StepSurroundings {
    return {
      ...this.hooks,
      ctx: this.ctx,
      session: this.hooks.session,
      gate: this.hooks.gate,
      supervision: this.#supervision,
      confirm: (change) => this.hooks.confirm(change),
      endForHandOver: () => this.hooks.endForHandOver(),
      noteRemoved: (name) => this.hooks.noteRemoved(name),
      noteRepaired: (name) => this.#integrity.repaired(name),
      show: (name, activity) => this.#show(name, activity),
      signal,
    };
  }

  #show(name: string, activity: Activity): void {
    const progress =
      activity.phase === "downloading" && this.#activities.get(name)?.phase === "downloading";
    this.#activities.set(name, activity);
    const nowMs = this.ctx.clock.monotonicMs();
    if (progress && nowMs - this.#progressShownAtMs < progressGapMs) return;
    if (progress) this.#progressShownAtMs = nowMs;
    this.hooks.onChange();
  }

  #succeeded(step: Step): void {
    this.#unwritten.delete(step.name);
    this.#retryOf(step).forget(step.name);
    if (step.kind === "backOut") this.#resources.forget(step.name);
  }

  async #failed(step: Step, error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const failure = failureOf(step, error, this.#currentOf(step.name));
    const { reason, message } = failure;
    this.ctx.log.error("step failed", {
      agent: step.name,
      step: step.kind,
      reason,
      error: message,
    });
    const wanted = desiredAgent(this.hooks.desired(), step.name);
    this.#retryOf(step).note(step.name, wanted?.releaseId ?? null);
    try {
      await recordFailure(this.ctx.layout.agent(step.name), step, failure);
    } catch (unwritable) {
      this.ctx.log.error("the failure cannot be recorded", {
        agent: step.name,
        error: errorText(unwritable),
      });
      this.#unwritten.set(step.name, failure);
    }
  }

  /** A failing download must not keep a crashed agent from its restart, so the two are counted apart. */
  #retryOf(step: Step): StepRetry {
    const isChange = step.kind === "install" || step.kind === "switch" || step.kind === "uninstall";
    return isChange ? this.#changeRetry : this.#upkeepRetry;
  }

  #currentOf(name: string): string | null {
    return this.#actual.find((agent) => agent.name === name)?.current?.version ?? null;
  }

  /** The master has answered and knows how this machine stands. */
  noteHealthy(): Promise<void> {
    return this.#signals.healthy();
  }

  /** How every agent stands now. */
  states(): AgentState[] {
    return this.#actual
      .map((actual) =>
        deriveAgentState({
          actual,
          desired: desiredAgent(this.hooks.desired(), actual.name),
          platform: this.ctx.platform,
          activity: this.#activities.get(actual.name) ?? trialOf(actual),
          sample: this.#resources.sampleOf(actual.name),
          unwrittenFailure: this.#unwritten.get(actual.name) ?? null,
        }),
      )
      .filter((state) => state !== null);
  }
}

/** ifrit-agent on trial: its guard watches. */
function trialOf({ name, record }: ActualAgent): Activity | null {
  if (name !== selfName || record.change === null) return null;
  const { to, releaseId } = record.change;
  return { phase: "watching", targetVersion: to, releaseId, downloadPercent: null };
}
