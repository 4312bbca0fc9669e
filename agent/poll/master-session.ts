import { TokenResponse, tokenProofText } from "@contract/enroll.ts";
import { agentPaths } from "@contract/headers.ts";
import type { MachineFacts } from "@contract/machine-facts.ts";
import type { AgentConfig } from "../identity/config.ts";
import { Counter } from "../identity/counter.ts";
import type { MachineKey } from "../identity/machine-key.ts";
import type { Layout } from "../layout.ts";
import type { Clock } from "../platform/clock.ts";
import type { Trust } from "../trust/trust.ts";
import { enroll } from "./enroll.ts";
import { MasterError } from "./master-error.ts";
import {
  type Answer,
  type AnswerLimits,
  parseAnswer,
  refusalOf,
  sendRequest,
} from "./send-request.ts";

/** A token is renewed when this share of its life is over. */
const renewAfter = 0.8;

/** The machine's standing with its master: enrolls when it must, and keeps a bearer token fresh. */
export class MasterSession {
  #token: { text: string; renewAtMs: number } | null = null;
  #renewal: Promise<string> | null = null;
  readonly #counter: Counter;

  constructor(
    private readonly given: {
      layout: Layout;
      key: MachineKey;
      clock: Clock;
      fetcher: typeof fetch;
      facts: () => MachineFacts;
      trust: Trust;
    },
    private config: AgentConfig,
  ) {
    this.#counter = new Counter(given.layout.counter);
  }

  get clusterId(): string | null {
    return this.config.clusterId;
  }

  get enrollment(): AgentConfig["enrollment"] {
    return this.config.enrollment;
  }

  url(path: string): string {
    return new URL(path, this.config.masterUrl).href;
  }

  async authorization(): Promise<string> {
    const token = this.#token;
    if (token !== null && this.given.clock.monotonicMs() < token.renewAtMs)
      return `Bearer ${token.text}`;
    // Every caller that needs a token meanwhile waits for the same renewal: each costs a counter.
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = null;
    });
    return `Bearer ${await this.#renewal}`;
  }

  /** A request with the bearer token; an expired one is renewed once. 2xx and 304 are returned, all else throws. */
  async request(path: string, init: RequestInit = {}, limits?: AnswerLimits): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      const headers = new Headers(init.headers);
      headers.set("authorization", await this.authorization());
      const sent = { ...init, headers };
      const answer = await sendRequest(this.given.fetcher, this.url(path), sent, limits);
      if ((answer.status >= 200 && answer.status <= 299) || answer.status === 304) return answer;
      const refusal = refusalOf(answer);
      if (answer.status === 401) this.forgetToken();
      if (answer.status !== 401 || attempt > 1) throw refusal;
    }
  }

  forgetToken(): void {
    this.#token = null;
  }

  async #renew(): Promise<string> {
    if (this.config.enrollment !== "accepted") await this.#enroll();
    const { key, clock, fetcher, trust } = this.given;
    const { machineId, clusterId } = this.config;
    if (clusterId === null) throw new MasterError("refused", "the machine has no cluster yet");
    const counter = await this.#counter.next();
    const proof = { machineId, clusterId, counter };
    const askedAtMs = clock.monotonicMs();
    const answer = await sendRequest(fetcher, this.url(agentPaths.token), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...proof, signature: await key.sign(tokenProofText(proof)) }),
    });
    if (answer.status !== 200) throw refusalOf(answer);
    const { token, expiresInSeconds, anchor } = parseAnswer(answer, TokenResponse);
    await trust.takeAnchor(anchor, counter);
    this.#token = { text: token, renewAtMs: askedAtMs + expiresInSeconds * 1000 * renewAfter };
    return token;
  }

  async #enroll(): Promise<void> {
    const { layout, key, fetcher, facts, trust } = this.given;
    const { config } = this;
    this.config = await enroll({ layout, config, key, facts: facts(), fetcher, trust });
    if (this.config.enrollment !== "accepted") {
      throw new MasterError("refused", "the master has yet to accept this machine");
    }
  }
}
