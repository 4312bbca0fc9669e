import type { AgentContext } from "../context.ts";
import type { ActualAgent } from "../plan/actual-agent.ts";
import { isAlive } from "../plan/read-actual.ts";
import type { RunRecord } from "../plan/run-record.ts";
import { restartDelayMs, stableRunMs } from "./restart-backoff.ts";

interface Watched {
  run: RunRecord;
  seenAliveAtMs: number | null;
  /** Set when the process was found ended. */
  restartAtMs: number | null;
  crashes: number;
}

/** A process that is gone shows at every look; reading /proc, which also tells zombies and recycled pids, costs more. */
const readGapMs = 15_000;

export type RestartCounts = Pick<RunRecord, "version" | "restarts" | "crashes">;

/** Notices when a managed process has ended and decides when it may come back. */
export class Supervision {
  #watched = new Map<string, Watched>();
  #readDueMs = 0;

  constructor(private readonly ctx: AgentContext) {}

  /** Takes in what a round read. Agents with a step under way are left to that step. */
  observe(actual: readonly ActualAgent[], busy: ReadonlySet<string>): void {
    for (const agent of actual) {
      if (busy.has(agent.name)) this.#watched.delete(agent.name);
      else if (agent.run === null || agent.run.bootId !== this.ctx.bootId)
        this.#watched.delete(agent.name);
      else this.#watched.set(agent.name, this.#note(agent, agent.run));
    }
    const names = new Set(actual.map((agent) => agent.name));
    for (const name of this.#watched.keys()) if (!names.has(name)) this.#watched.delete(name);
  }

  #note(agent: ActualAgent, run: RunRecord): Watched {
    const nowMs = this.ctx.clock.monotonicMs();
    const known = this.#watched.get(agent.name);
    const same =
      known?.run.pid === run.pid && known.run.startTicks === run.startTicks ? known : null;
    const seenAliveAtMs = same?.seenAliveAtMs ?? (agent.alive ? nowMs : null);
    if (agent.alive) return { run, seenAliveAtMs, restartAtMs: null, crashes: run.crashes };
    if (same !== null && same.restartAtMs !== null) return same;
    const stable = seenAliveAtMs !== null && nowMs - seenAliveAtMs >= stableRunMs;
    const crashes = stable ? 1 : run.crashes + 1;
    const delayMs = restartDelayMs(crashes, this.ctx.random);
    if (agent.current !== null) {
      this.ctx.log.warn("agent ended by itself", {
        agent: agent.name,
        version: run.version,
        crashes,
        restartInMs: delayMs,
      });
    }
    return { run, seenAliveAtMs, restartAtMs: nowMs + delayMs, crashes };
  }

  /** Agents that have ended and must wait before they are started again. */
  restartNotDue(): Set<string> {
    const nowMs = this.ctx.clock.monotonicMs();
    const waiting = [...this.#watched].filter(
      ([, one]) => one.restartAtMs !== null && one.restartAtMs > nowMs,
    );
    return new Set(waiting.map(([name]) => name));
  }

  /** What the next start records if it starts the same version again. Ask before anything is awaited. */
  ended(name: string): RestartCounts | null {
    const watched = this.#watched.get(name);
    if (watched === undefined) return null;
    const { version, restarts } = watched.run;
    const unwanted = watched.restartAtMs === null ? 0 : 1;
    return { version, restarts: restarts + unwanted, crashes: watched.crashes };
  }

  /** Milliseconds until the next restart is due; infinite when none is. */
  untilRestartMs(): number {
    const nowMs = this.ctx.clock.monotonicMs();
    const due = [...this.#watched.values()]
      .map((one) => one.restartAtMs)
      .filter((at) => at !== null);
    return Math.max(0, Math.min(...due) - nowMs);
  }

  /** True when a watched process has ended since the last round, or a restart has come due. */
  async needsRound(): Promise<boolean> {
    const nowMs = this.ctx.clock.monotonicMs();
    const watched = [...this.#watched.values()];
    if (watched.some((one) => one.restartAtMs !== null && one.restartAtMs <= nowMs)) return true;
    const adopted = (one: Watched) => !this.ctx.exits.isOwn(one.run);
    const living = watched.filter((one) => one.restartAtMs === null && adopted(one));
    const pids = living.map((one) => one.run.pid);
    const present = await this.ctx.processes.present(pids);
    if (pids.some((pid) => !present.includes(pid))) return true;
    if (nowMs < this.#readDueMs) return false;
    this.#readDueMs = nowMs + readGapMs;
    const stats = await this.ctx.processes.stat(pids);
    const byPid = new Map(stats.map((stat) => [stat.pid, stat]));
    return living.some((one) => !isAlive(one.run, byPid, this.ctx.bootId));
  }
}
