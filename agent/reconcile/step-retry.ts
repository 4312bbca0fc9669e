import type { DesiredAgent } from "@contract/desired-state.ts";
import type { AgentContext } from "../context.ts";

interface Failed {
  releaseId: number | null;
  failures: number;
  dueMs: number;
}

const baseMs = 5000;
const capMs = 600_000;

/** When a failed step may be tried again. Another release has not failed yet and may go at once. */
export class StepRetry {
  #failed = new Map<string, Failed>();

  constructor(private readonly ctx: Pick<AgentContext, "clock" | "random">) {}

  note(name: string, releaseId: number | null): void {
    const before = this.#failed.get(name);
    const failures = before?.releaseId === releaseId ? before.failures + 1 : 1;
    const ceilingMs = Math.min(capMs, baseMs * 2 ** Math.min(failures - 1, 20));
    const dueMs =
      this.ctx.clock.monotonicMs() + ceilingMs / 2 + (this.ctx.random() * ceilingMs) / 2;
    this.#failed.set(name, { releaseId, failures, dueMs });
  }

  forget(name: string): void {
    this.#failed.delete(name);
  }

  /** Whatever is desired. */
  waiting(): Set<string> {
    const nowMs = this.ctx.clock.monotonicMs();
    const waiting = [...this.#failed].filter(([, one]) => one.dueMs > nowMs);
    return new Set(waiting.map(([name]) => name));
  }

  notDue(desired: readonly DesiredAgent[]): Set<string> {
    const nowMs = this.ctx.clock.monotonicMs();
    const waiting = desired.filter((agent) => {
      const failed = this.#failed.get(agent.name);
      return failed !== undefined && failed.releaseId === agent.releaseId && failed.dueMs > nowMs;
    });
    return new Set(waiting.map((agent) => agent.name));
  }
}
