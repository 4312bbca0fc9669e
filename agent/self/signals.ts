import type { AgentContext } from "../context.ts";
import { errorText } from "../platform/log.ts";
import { ifritAgentVersion } from "../version.ts";
import { GuardWatch } from "./guard-watch.ts";

const heartbeatMs = 20_000;

/** What the guard watches: a heartbeat while the work goes on, and a sign of health once the master has answered. */
export class Signals {
  #heartbeatDueMs = Number.NEGATIVE_INFINITY;
  #healthy = false;
  readonly #guard: GuardWatch;

  constructor(
    private readonly ctx: AgentContext,
    /** Another guard has begun: this ifrit-agent is to make room. */
    private readonly onReplaced: () => void,
  ) {
    this.#guard = new GuardWatch(ctx.layout.self.guard);
  }

  async beat(): Promise<void> {
    if (!this.ctx.guarded) return;
    if (await this.#guard.isReplaced()) {
      this.ctx.log.warn("another guard has begun: this ifrit-agent ends and leaves the rest to it");
      return this.onReplaced();
    }
    const nowMs = this.ctx.clock.monotonicMs();
    if (nowMs < this.#heartbeatDueMs) return;
    this.#heartbeatDueMs = nowMs + heartbeatMs;
    await this.#write(this.ctx.layout.self.heartbeat, "");
  }

  async healthy(): Promise<void> {
    if (!this.ctx.guarded || this.#healthy) return;
    this.#healthy = true;
    await this.#write(this.ctx.layout.self.healthy, `${ifritAgentVersion}\n`);
  }

  async #write(path: string, text: string): Promise<void> {
    await Deno.writeTextFile(path, text, { mode: 0o600 }).catch((error) =>
      this.ctx.log.warn("the guard cannot be told", { error: errorText(error) }),
    );
  }
}
