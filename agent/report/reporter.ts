import type { AgentState } from "@contract/agent-state.ts";
import { agentPaths } from "@contract/headers.ts";
import type { MachineFacts } from "@contract/machine-facts.ts";
import { type ReportRequest, stateDigestText } from "@contract/report.ts";
import type { AgentContext } from "../context.ts";
import { Counter } from "../identity/counter.ts";
import { Bell } from "../platform/bell.ts";
import { errorText } from "../platform/log.ts";
import { backoffMs } from "../poll/backoff.ts";
import { MasterError } from "../poll/master-error.ts";
import type { MasterSession } from "../poll/master-session.ts";
import { refusalOf } from "../poll/send-request.ts";
import { ifritAgentVersion } from "../version.ts";
import { changedStates } from "./changed-states.ts";

export interface ReporterOptions {
  /** Least time between two reports, so that a burst of changes becomes one report. */
  gapMs: number;
  /** How often CPU and memory figures are reported when nothing else changes. */
  sampleReportMs: number;
}

export const reporterDefaults: ReporterOptions = { gapMs: 500, sampleReportMs: 300_000 };

const retryLimits = { baseMs: 2000, capMs: 60_000 };
const retryAfterMaxMs = 3_600_000;

/** Tells the master how the agents stand: all of them first and when asked, then what changed, until it is acknowledged. */
export class Reporter {
  #acknowledged: readonly AgentState[] | null = null;
  #acknowledgedTrust = "";
  #removed = new Set<string>();
  #bell = new Bell();
  #open = false;
  readonly #sequence: Counter;
  #failures = 0;
  #notBeforeMs = 0;
  #sentAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly ctx: AgentContext,
    private readonly session: MasterSession,
    private readonly source: {
      states(): readonly AgentState[];
      facts(): MachineFacts;
      /** Undefined: this machine checks no signatures. */
      trust(): ReportRequest["trust"];
    },
    private readonly options: ReporterOptions = reporterDefaults,
  ) {
    this.#sequence = new Counter(ctx.layout.sequence);
  }

  /** The master answers: from now on there is somebody to report to. */
  open(): void {
    if (this.#open) return;
    this.#open = true;
    this.#bell.ring();
  }

  /** The master has all of a report of this run. */
  get delivered(): boolean {
    return this.#acknowledged !== null;
  }

  /** Something may have changed. */
  wake(): void {
    this.#bell.ring();
  }

  wantFull(): void {
    this.#acknowledged = null;
    this.#bell.ring();
  }

  noteRemoved(name: string): void {
    this.#removed.add(name);
    this.#bell.ring();
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#bell.wait(this.ctx.clock, this.#waitMs(), signal);
      // News do not shorten it: each change of a state would be one more request to a master in distress.
      const restMs = this.#notBeforeMs - this.ctx.clock.monotonicMs();
      if (restMs > 0) await this.ctx.clock.sleep(restMs, signal);
      if (signal.aborted) return;
      if (this.#open) await this.sendIfNeeded();
      await this.ctx.clock.sleep(this.options.gapMs, signal);
    }
  }

  #waitMs(): number {
    return this.#failures > 0 ? 0 : this.options.sampleReportMs;
  }

  /** Retry-After is a floor, as for check-ins. What proves a new ifrit-agent good waits a minute at most. */
  #retryMs(error: unknown): number {
    const asked = error instanceof MasterError ? error.retryAfterMs : null;
    if (asked === null) return backoffMs(this.#failures, retryLimits, this.ctx.random);
    const floorMs = Math.min(asked, this.delivered ? retryAfterMaxMs : retryLimits.capMs);
    return floorMs + this.ctx.random() * Math.max(1000, floorMs * 0.1);
  }

  /** True when the master has everything. */
  async sendIfNeeded(): Promise<boolean> {
    const states = this.source.states();
    const samplesDue = this.ctx.clock.monotonicMs() - this.#sentAtMs >= this.options.sampleReportMs;
    const agents =
      this.#acknowledged === null ? states : changedStates(this.#acknowledged, states, samplesDue);
    // Until the machine is read again the states still have it: then the removal is told next time.
    const removed = [...this.#removed].filter(
      (name) => !states.some((state) => state.name === name),
    );
    const trust = this.source.trust();
    const sameTrust = standingOf(trust) === this.#acknowledgedTrust;
    const nothingNew = agents.length === 0 && removed.length === 0 && sameTrust;
    if (this.#acknowledged !== null && nothingNew) return true;
    try {
      await this.#send(
        this.#acknowledged === null ? "full" : "changed",
        states,
        agents,
        removed,
        trust,
      );
      for (const name of removed) this.#removed.delete(name);
      this.#acknowledged = states;
      this.#acknowledgedTrust = standingOf(trust);
      this.#failures = 0;
      this.#sentAtMs = this.ctx.clock.monotonicMs();
      return true;
    } catch (error) {
      this.#failures++;
      this.#notBeforeMs = this.ctx.clock.monotonicMs() + this.#retryMs(error);
      if (this.#failures === 1)
        this.ctx.log.warn("the report was not taken and is sent again", {
          error: errorText(error),
        });
      return false;
    }
  }

  async #send(
    kind: ReportRequest["kind"],
    states: readonly AgentState[],
    agents: readonly AgentState[],
    removed: readonly string[],
    trust: ReportRequest["trust"],
  ): Promise<void> {
    const report: ReportRequest = {
      schema: 1,
      sequence: await this.#sequence.next(),
      kind,
      ifritAgentVersion,
      stateDigest: await stateDigestOf(states),
      agents: [...agents],
      removed: [...removed],
      ...(kind === "full" ? { facts: this.source.facts() } : {}),
      ...(trust === undefined ? {} : { trust }),
    };
    const answer = await this.session.request(agentPaths.report, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(report),
    });
    if (answer.status !== 202 && answer.status !== 200) throw refusalOf(answer);
  }
}

/** What is worth a report by itself. Sequences rise all the time and ride along. */
function standingOf(trust: ReportRequest["trust"]): string {
  return trust === undefined ? "" : JSON.stringify({ ...trust, freshnessSequence: 0 });
}

export async function stateDigestOf(states: readonly AgentState[]): Promise<string> {
  const bytes = new TextEncoder().encode(stateDigestText(states));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex().slice(0, 32);
}
