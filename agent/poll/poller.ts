import type { AgentContext } from "../context.ts";
import { errorText } from "../platform/log.ts";
import { fetchRoots } from "../trust/fetch-statements.ts";
import { followRoots } from "../trust/follow-roots.ts";
import type { Trust } from "../trust/trust.ts";
import { problemText } from "../trust/trust-problem.ts";
import { nextPollDelayMs, type PollTiming } from "./backoff.ts";
import type { DesiredDocument, Settled } from "./desired-document.ts";
import { desiredAgent, type KnownDesired, withoutAgents } from "./desired-store.ts";
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
  /** Something is to be changed, so signatures are needed. */
  #wanted = true;
  /** What is known without the agents that are blocked. */
  #visible: KnownDesired | null;

  constructor(
    private readonly ctx: AgentContext,
    private readonly session: MasterSession,
    private readonly hooks: PollerHooks,
    private readonly trust: Trust,
    private readonly document: DesiredDocument,
    intervalMs: number,
  ) {
    this.#timing = {
      ...{ intervalMs, failures: 0, reached: false },
      ...{ nextPollMs: null, retryAfterMs: null },
    };
    this.#visible = document.current;
  }

  /** Without the agents that are blocked: what is not named is left alone, supervised as it is. */
  get desired(): KnownDesired | null {
    return this.#visible;
  }

  /** Asked at each moment: what the master signed grows old without an answer, too. */
  get grant(): Grant {
    const problem = this.trust.problem();
    return problem === null ? this.#grant : { allowed: false, reason: problemText(problem) };
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
      await this.#accept(await this.#fetch(switching), switching);
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
    if (!(await this.poll(change.name)) || !(await this.prove()) || !this.grant.allowed)
      return false;
    const wanted = desiredAgent(this.#visible, change.name);
    if (wanted === null || wanted.releaseId !== change.releaseId) return false;
    return (wanted.want === "present" ? wanted.version : null) === change.version;
  }

  /** The document in force is the master's newest word, as far as signatures tell, and that is on disk. */
  async prove(): Promise<boolean> {
    const proven = this.#queue.then(() => this.document.prove());
    this.#queue = proven.catch(() => {});
    if (await proven) return true;
    // The master has composed anew since: without a new check-in the same would be tried at once.
    if (this.grant.allowed) await this.poll();
    return false;
  }

  /** With agents out of sight nothing can be said of the whole document. */
  async #fetch(switching: string | null): Promise<CheckIn> {
    const { stateDigest, appliedEtag } = await this.hooks.describe();
    const { etag } = this.document;
    const checkIn = await fetchDesiredState(this.session, {
      ...{ stateDigest, switching, etag },
      appliedEtag: this.#blockedAgents.size > 0 ? null : appliedEtag,
      nowMs: this.ctx.clock.wallMs(),
    });
    this.#wanted = switching !== null || appliedEtag === null || appliedEtag !== etag;
    return checkIn;
  }

  async #accept(checkIn: CheckIn, switching: string | null): Promise<void> {
    if ((await this.#believe(checkIn)) === "changedMeanwhile") {
      // The master composed anew between the document and its statement.
      checkIn = await this.#fetch(switching);
      if ((await this.#believe(checkIn)) === "changedMeanwhile") this.document.refuseChanged();
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
      reached: true,
      nextPollMs: checkIn.nextPollMs,
      retryAfterMs: null,
    };
    this.#health = { failures: 0, lastError: null, lastSuccessAtMs: this.ctx.clock.wallMs() };
    if (checkIn.fullReportWanted) this.hooks.onFullReportWanted();
  }

  /** Roots first, since they say whose word counts; then how new the answer is; then what it says. */
  async #believe(checkIn: CheckIn): Promise<Settled> {
    const { trust, session } = this;
    await this.document.offer(checkIn.received);
    if (!trust.on) return "settled";
    if (checkIn.newestRoot !== null)
      await followRoots(trust, checkIn.newestRoot, (after) =>
        fetchRoots(this.ctx.fetcher, session.url("/"), after),
      );
    if (!(await trust.takeNews(checkIn.freshness))) return "refused";
    return await this.document.settle(this.#wanted);
  }

  #hide(blockedAgents: ReadonlyMap<string, string>): void {
    for (const [agent, reason] of blockedAgents)
      if (this.#blockedAgents.get(agent) !== reason)
        this.ctx.log.info("changes of an agent are blocked", { agent, reason });
    this.#blockedAgents = blockedAgents;
    this.#visible = withoutAgents(this.document.current, blockedAgents);
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
