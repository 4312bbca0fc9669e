import type { AgentState } from "@contract/agent-state.ts";
import { type AgentConfig, readConfig } from "../identity/config.ts";
import { readFacts } from "../identity/machine-facts.ts";
import { loadOrCreateKey, type MachineKey } from "../identity/machine-key.ts";
import type { Failure } from "../plan/agent-record.ts";
import { planSteps } from "../plan/plan-steps.ts";
import { readActual } from "../plan/read-actual.ts";
import type { PlanConditions, Step } from "../plan/step.ts";
import { DesiredDocument } from "../poll/desired-document.ts";
import { readKnownDesired } from "../poll/desired-store.ts";
import { MasterSession } from "../poll/master-session.ts";
import { Poller } from "../poll/poller.ts";
import { executeStep, type StepSurroundings } from "../reconcile/execute-step.ts";
import { failureOf, recordFailure } from "../reconcile/record-failure.ts";
import { appliedEtag } from "../report/applied-etag.ts";
import { deriveAgentState } from "../report/derive-agent-state.ts";
import { Supervision } from "../supervise/supervision.ts";
import { fetchStatement } from "../trust/fetch-statements.ts";
import { ReleaseGate } from "../trust/release-gate.ts";
import { Trust } from "../trust/trust.ts";
import { createContext, type TestContext } from "./create-context.ts";
import type { FakeMaster } from "./fake-master.ts";
import { ShiftedClock } from "./shifted-clock.ts";

/**
 * An ifrit-agent's own parts, put together as run-agent.ts does, but moved by the test: each `turn` is
 * one check-in and then rounds until nothing is left to do. Real requests, real files, real processes.
 */
export class TrustedMachine implements AsyncDisposable {
  readonly clock: ShiftedClock;
  trust!: Trust;
  session!: MasterSession;
  poller!: Poller;
  #gate!: ReleaseGate;
  #supervision: Supervision;
  #key!: MachineKey;
  #states: AgentState[] = [];
  config: AgentConfig;

  private constructor(
    readonly ctx: TestContext,
    readonly master: FakeMaster,
    pinned: AgentConfig["trust"],
  ) {
    this.clock = ctx.clock as ShiftedClock;
    this.#supervision = new Supervision(ctx);
    this.config = {
      schema: 1,
      masterUrl: master.url,
      machineId: "machine-1",
      machineType: "LINUX",
      labels: {},
      enrollmentToken: master.enrollmentToken,
      clusterId: null,
      enrollment: "notAsked",
      trust: pinned,
    };
  }

  static async create(
    master: FakeMaster,
    pinned?: AgentConfig["trust"],
    overrides: Parameters<typeof createContext>[0] = {},
  ): Promise<TrustedMachine> {
    const ctx = await createContext({ clock: new ShiftedClock(), ...overrides });
    const machine = new TrustedMachine(ctx, master, pinned);
    await machine.restart();
    return machine;
  }

  /** As a new process would: only what is on disk is known. The clock goes on. */
  async restart(): Promise<void> {
    const { ctx } = this;
    const { layout, clock, fetcher } = ctx;
    this.#key = await loadOrCreateKey(layout);
    const facts = () => readFacts({ machineType: "LINUX", labels: {}, bootId: "" });
    this.config = (await readConfig(layout)) ?? this.config;
    this.trust = await Trust.open(ctx, this.config);
    const { trust } = this;
    const given = { layout, key: this.#key, clock, fetcher, facts, trust };
    this.session = new MasterSession(given, this.config);
    const fetchOwn = () => fetchStatement(this.session);
    const document = new DesiredDocument(ctx, trust, fetchOwn, await readKnownDesired(layout));
    const hooks = {
      onCheckIn: () => {},
      onFullReportWanted: () => {},
      describe: () =>
        Promise.resolve({
          stateDigest: "0".repeat(32),
          appliedEtag: appliedEtag(this.poller.desired, this.#states),
        }),
    };
    this.poller = new Poller(ctx, this.session, hooks, trust, document, 60_000);
    this.#gate = new ReleaseGate({
      ...{ ctx, session: this.session, trust },
      prove: () => this.poller.prove(),
      desired: () => this.poller.desired,
    });
    await this.#gate.afterRestart();
  }

  /** A check-in, then what is to be done. Says which steps failed, and how. */
  async turn(): Promise<Failure[]> {
    await this.poller.poll();
    return await this.settle();
  }

  async settle(): Promise<Failure[]> {
    const failures: Failure[] = [];
    const tried = new Set<string>();
    for (;;) {
      const step = (await this.#plan()).find((one) => !tried.has(JSON.stringify(one)));
      if (step === undefined) return failures;
      tried.add(JSON.stringify(step));
      const failure = await this.#execute(step);
      if (failure !== null) failures.push(failure);
    }
  }

  async #plan(): Promise<Step[]> {
    const desired = this.poller.desired?.state.agents ?? [];
    const actual = await readActual(
      this.ctx,
      desired.map((one) => one.name),
    );
    this.#supervision.observe(actual, new Set());
    this.#states = actual
      .map((one) =>
        deriveAgentState({
          actual: one,
          desired: desired.find((agent) => agent.name === one.name) ?? null,
          platform: this.ctx.platform,
          activity: null,
          sample: null,
          unwrittenFailure: null,
        }),
      )
      .filter((state) => state !== null);
    const conditions: PlanConditions = {
      platform: this.ctx.platform,
      mayChange: this.poller.grant.allowed,
      changeNotDue: new Set(),
      upkeepNotDue: new Set(),
      restartNotDue: new Set(),
      notLive: new Set(),
      drifted: new Map(),
      overBudget: new Map(),
      bootTicks: 1_000_000,
      guarded: true,
      busy: false,
    };
    return planSteps(actual, desired, conditions);
  }

  async #execute(step: Step): Promise<Failure | null> {
    const around: StepSurroundings = {
      ctx: this.ctx,
      session: this.session,
      gate: this.#gate,
      supervision: this.#supervision,
      confirm: (change) => this.poller.confirm(change),
      show: () => {},
      noteRemoved: () => {},
      noteRepaired: () => {},
      endForHandOver: () => {},
      signal: new AbortController().signal,
    };
    try {
      await executeStep(around, step);
      return null;
    } catch (error) {
      const failure = failureOf(step, error, null);
      await recordFailure(this.ctx.layout.agent(step.name), step, failure);
      return failure;
    }
  }

  stateOf(name: string): AgentState | undefined {
    return this.#states.find((state) => state.name === name);
  }

  /** "1.0.0" while it runs; null: no version of it is installed. */
  async running(name = "sample"): Promise<string | null> {
    const [agent] = (await readActual(this.ctx, [name])).filter((one) => one.name === name);
    return agent?.alive ? (agent.current?.version ?? null) : null;
  }

  async installed(name = "sample"): Promise<string[]> {
    const [agent] = (await readActual(this.ctx, [name])).filter((one) => one.name === name);
    return (agent?.installed ?? []).map((one) => one.version).sort();
  }

  requests(path: string): number {
    return this.master.requests.filter((request) => request.path.startsWith(path)).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.ctx[Symbol.asyncDispose]();
  }
}
