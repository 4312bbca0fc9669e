import type { Platform } from "../../../lib/contract/platform.ts";
import { phaseMs, type TimedPhase } from "../behaviour/durations.ts";
import { type Fate, fateOf } from "../behaviour/fate.ts";
import type { Random } from "../behaviour/random.ts";
import type { Surroundings } from "../behaviour/sim-agent.ts";
import type { SimMachine } from "../machine/sim-machine.ts";
import type { ResolvedOptions } from "./fleet-options.ts";

const nobody: ReadonlySet<string> = new Set();

/**
 * What the pure rules ask about the machine that is moved just now. One object for the fleet, turned
 * to one machine after the other: one per move would be most of what the collector has to do.
 */
export class MachineSurroundings implements Surroundings {
  readonly random: Random;
  readonly #options: ResolvedOptions;
  readonly #player: { seed: number; machine: number };
  nowMs = 0;
  platform: Platform = "linux-x64";
  mayChange = false;
  confirmed = nobody;
  slow = false;

  constructor(options: ResolvedOptions, random: Random) {
    this.#options = options;
    this.#player = { seed: options.seed, machine: 0 };
    this.random = random;
  }

  turnTo(machine: SimMachine, nowMs: number, confirmed: readonly string[]): Surroundings {
    this.nowMs = nowMs;
    this.platform = machine.platform;
    this.mayChange = machine.mayChange;
    this.slow = machine.slow;
    this.confirmed = confirmed.length === 0 ? nobody : new Set(confirmed);
    this.#player.machine = machine.index;
    return this;
  }

  lasts(phase: TimedPhase, sizeBytes?: number): number {
    if (phase === "downloading" && this.#options.download) return Number.POSITIVE_INFINITY;
    return this.scaled(phaseMs(phase, this, sizeBytes));
  }

  scaled(ms: number): number {
    return ms / this.#options.timeScale;
  }

  fate(agent: string, version: string): Fate {
    return fateOf(this.#options.behaviours, this.#player, agent, version);
  }
}
