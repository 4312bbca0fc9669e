import type { AgentContext } from "../context.ts";
import { errorText } from "../platform/log.ts";
import { ifritAgentVersion } from "../version.ts";

const heartbeatMs = 20_000;

/** What the guard watches: a heartbeat while the work goes on, and a sign of health once the master has answered. */
export class Signals {
  #heartbeatDueMs = Number.NEGATIVE_INFINITY;
  #healthy = false;

  constructor(private readonly ctx: AgentContext) {}

  async beat(): Promise<void> {
    const nowMs = this.ctx.clock.monotonicMs();
    if (!this.ctx.guarded || nowMs < this.#heartbeatDueMs) return;
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
