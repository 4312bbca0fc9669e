import type { AgentContext } from "../context.ts";
import { errorText } from "../platform/log.ts";
import { nextPollDelayMs, type PollTiming } from "./backoff.ts";
import {
  desiredAgent,
  type KnownDesired,
  withoutAgents,
  writeKnownDesired,
} from "./desired-store.ts";
import { type CheckIn, fetchDesiredState, type Grant } from "./fetch-desired-state.ts";
import { MasterError } from "./master-error.ts";
import type { MasterSession } from "./master-session.ts";

export interface PollerHooks {
  /** After every check-in, good or bad. */
  onCheckIn(): void;
  onFullReportWanted(): void;
  /** What this machine tells of itself with a check-in. */
  describe(): Promise<{ stateDigest: string; appliedEtag: string | null }>;
}

export interface PollHealth {
  failures: number;
  lastError: string | null;
  lastSuccessAtMs: number | null;
}

/** What a change must still be when it is asked for again right before the switch. */
export interface WantedChange {
  name: string;
  releaseId: number;
  /** Null: the agent is to be absent. */
  version: string | null;
}

/** Checks in with the master for as long as it runs, and holds what the master last said. */
export class Poller {
  #timing: PollTiming;
  #grant: Grant = { allowed: false, reason: "the master has not been asked yet" };
  #health: PollHealth = { failures: 0, lastError: null, lastSuccessAtMs: null };
  #queue: Promise<unknown> = Promise.resolve();
  #blockedAgents: ReadonlyMap<string, string> = new Map();
  /** What is known without the agents that are blocked. */
  #visible: KnownDesired | null;

  constructor(
    private readonly ctx: AgentContext,
    private readonly session: MasterSession,
    private readonly hooks: PollerHooks,
    private known: KnownDesired | null,
    intervalMs: number,
  ) {
    this.#timing = { intervalMs, failures: 0, nextPollMs: null, retryAfterMs: null };
    this.#visible = known;
  }

  /** Without the agents that are blocked: what is not named is left alone, supervised as it is. */
  get desired(): KnownDesired | null {
    return this.#visible;
  }

  get grant(): Grant {
    return this.#grant;
  }

  get health(): PollHealth {
    return this.#health;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.poll();
      await this.ctx.clock.sleep(nextPollDelayMs(this.#timing, this.ctx.random), signal);
    }
  }

  /** One check-in, after those under way, so that an older answer never replaces a newer one. */
  poll(switching: string | null = null): Promise<boolean> {
    const polled = this.#queue.then(() => this.#poll(switching));
    this.#queue = polled;
    return polled;
  }

  /** Whatever goes wrong, what is known stays in force. */
  async #poll(switching: string | null): Promise<boolean> {
    try {
      const checkIn = await this.#fetch(switching);
      await this.#accept(checkIn);
      return true;
    } catch (error) {
      this.#noteFailure(error);
      return false;
    } finally {
      this.hooks.onCheckIn();
    }
  }

  /** Asks afresh, right before a switch: the master may have paused, frozen or withdrawn it meanwhile. */
  async confirm(change: WantedChange): Promise<boolean> {
    if (!(await this.poll(change.name)) || !this.#grant.allowed) return false;
    const wanted = desiredAgent(this.#visible, change.name);
    if (wanted === null || wanted.releaseId !== change.releaseId) return false;
    return (wanted.want === "present" ? wanted.version : null) === change.version;
  }

  /** With agents out of sight nothing can be said of the whole document. */
  async #fetch(switching: string | null): Promise<CheckIn> {
    const { stateDigest, appliedEtag } = await this.hooks.describe();
    return await fetchDesiredState(this.session, {
      ...{ stateDigest, switching },
      appliedEtag: this.#blockedAgents.size > 0 ? null : appliedEtag,
      known: this.known,
      nowMs: this.ctx.clock.wallMs(),
    });
  }

  async #accept(checkIn: CheckIn): Promise<void> {
    if (checkIn.received !== null) {
      await writeKnownDesired(this.ctx.layout, checkIn.received);
      this.known = checkIn.received;
      this.ctx.log.info("desired state received", { agents: checkIn.received.state.agents.length });
    }
    this.#hide(checkIn.blockedAgents);
    if (this.#health.failures > 0) this.ctx.log.info("the master answers again");
    if (checkIn.grant.reason !== this.#grant.reason && !checkIn.grant.allowed) {
      this.ctx.log.info("changes are blocked", { reason: checkIn.grant.reason });
    }
    this.#grant = checkIn.grant;
    this.#timing = {
      ...this.#timing,
      failures: 0,
      nextPollMs: checkIn.nextPollMs,
      retryAfterMs: null,
    };
    this.#health = { failures: 0, lastError: null, lastSuccessAtMs: this.ctx.clock.wallMs() };
    if (checkIn.fullReportWanted) this.hooks.onFullReportWanted();
  }

  #hide(blockedAgents: ReadonlyMap<string, string>): void {
    for (const [agent, reason] of blockedAgents)
      if (this.#blockedAgents.get(agent) !== reason)
        this.ctx.log.info("changes of an agent are blocked", { agent, reason });
    this.#blockedAgents = blockedAgents;
    this.#visible = withoutAgents(this.known, blockedAgents);
  }

  #noteFailure(error: unknown): void {
    const failures = this.#timing.failures + 1;
    const retryAfterMs = error instanceof MasterError ? error.retryAfterMs : null;
    this.#timing = { ...this.#timing, failures, retryAfterMs };
    this.#grant = { allowed: false, reason: "the master cannot be asked" };
    const message = errorText(error);
    if (message !== this.#health.lastError)
      this.ctx.log.warn("check-in failed", { error: message });
    this.#health = { ...this.#health, failures, lastError: message };
  }
}
