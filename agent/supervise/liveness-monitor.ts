import type { PackageManifest } from "@contract/package-manifest.ts";
import type { AgentContext } from "../context.ts";
import { readManifest } from "../install/read-manifest.ts";
import type { ActualAgent } from "../plan/actual-agent.ts";
import { errorText } from "../platform/log.ts";
import { probeOf } from "./watch-start.ts";

interface Monitored {
  run: string;
  manifest: PackageManifest;
  nextProbeMs: number;
  failures: number;
  probing: boolean;
  lastProblem: string | null;
}

/** Asks running agents on their own schedule whether they are well, and counts the failures in a row. */
export class LivenessMonitor {
  #monitored = new Map<string, Monitored>();

  constructor(
    private readonly ctx: AgentContext,
    private readonly onNotLive: () => void,
  ) {}

  async observe(actual: readonly ActualAgent[], busy: ReadonlySet<string>): Promise<void> {
    for (const agent of actual) {
      const run = agent.alive && !busy.has(agent.name) && agent.current !== null ? agent.run : null;
      const identity = run === null ? null : `${run.pid}:${run.startTicks}:${run.version}`;
      if (identity === null || run === null) this.#monitored.delete(agent.name);
      else if (this.#monitored.get(agent.name)?.run !== identity)
        await this.#begin(agent.name, identity, run.version);
    }
    const names = new Set(actual.map((agent) => agent.name));
    for (const name of this.#monitored.keys()) if (!names.has(name)) this.#monitored.delete(name);
  }

  async #begin(name: string, run: string, version: string): Promise<void> {
    try {
      const manifest = await readManifest(this.ctx.layout.agent(name), version);
      const nextProbeMs = this.ctx.clock.monotonicMs() + this.#intervalMs(manifest);
      this.#monitored.set(name, {
        run,
        manifest,
        nextProbeMs,
        failures: 0,
        probing: false,
        lastProblem: null,
      });
    } catch (error) {
      this.ctx.log.warn("no liveness check is possible", { agent: name, error: errorText(error) });
    }
  }

  /** Starts the probes that are due; it does not wait for them, so that a hanging one delays no other. */
  tick(): void {
    const nowMs = this.ctx.clock.monotonicMs();
    for (const [name, one] of this.#monitored) {
      if (one.manifest.liveness.kind === "process" || one.probing || nowMs < one.nextProbeMs)
        continue;
      one.probing = true;
      this.#probe(name, one).finally(() => {
        one.probing = false;
        one.nextProbeMs = this.ctx.clock.monotonicMs() + this.#intervalMs(one.manifest);
      });
    }
  }

  /** Milliseconds until a probe may be due; infinite when none is to come. */
  untilProbeMs(): number {
    const nowMs = this.ctx.clock.monotonicMs();
    let dueMs = Number.POSITIVE_INFINITY;
    for (const one of this.#monitored.values()) {
      if (one.manifest.liveness.kind === "process") continue;
      // One under way may end at once.
      const nextMs = one.probing ? nowMs + this.#intervalMs(one.manifest) : one.nextProbeMs;
      dueMs = Math.min(dueMs, nextMs);
    }
    return Math.max(0, dueMs - nowMs);
  }

  async #probe(name: string, one: Monitored): Promise<void> {
    one.lastProblem = await probeOf(this.ctx, one.manifest).catch(errorText);
    one.failures = one.lastProblem === null ? 0 : one.failures + 1;
    if (one.lastProblem === null) return;
    this.ctx.log.warn("liveness check failed", {
      agent: name,
      failures: one.failures,
      error: one.lastProblem,
    });
    if (one.failures >= one.manifest.liveness.failureThreshold) this.onNotLive();
  }

  notLive(): Set<string> {
    const bad = [...this.#monitored].filter(
      ([, one]) => one.failures >= one.manifest.liveness.failureThreshold,
    );
    return new Set(bad.map(([name]) => name));
  }

  #intervalMs(manifest: PackageManifest): number {
    return manifest.liveness.intervalSeconds * 1000 * (0.9 + 0.2 * this.ctx.random());
  }
}
