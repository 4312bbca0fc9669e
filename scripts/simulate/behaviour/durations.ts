import type { Random } from "./random.ts";

export type TimedPhase = "downloading" | "verifying" | "switching" | "watching" | "removing";

/** Plausible means, milliseconds of the machine's time. */
const meanMs: Record<TimedPhase, number> = {
  downloading: 400,
  verifying: 600,
  switching: 1_500,
  watching: 8_000,
  removing: 1_500,
};
const bytesPerMs = 12_500;
const slowness = 10;

/** How long a phase lasts: the mean ± half of it; a download takes its bytes besides. */
export function phaseMs(
  phase: TimedPhase,
  machine: { slow: boolean; random: Random },
  sizeBytes = 0,
): number {
  const mean = meanMs[phase] + (phase === "downloading" ? sizeBytes / bytesPerMs : 0);
  return mean * (0.5 + machine.random()) * (machine.slow ? slowness : 1);
}

const retry = { baseMs: 5_000, capMs: 600_000 };
const restart = { baseMs: 1_000, capMs: 300_000 };

/** Before a change that failed is tried again, after so many tries: half of it jitter. */
export function retryMs(tries: number, random: Random): number {
  const ceiling = Math.min(retry.capMs, retry.baseMs * 2 ** Math.min(tries - 1, 20));
  return ceiling / 2 + (random() * ceiling) / 2;
}

/** Before an agent that exited is started again: the first time at once, then ever later. */
export function restartMs(crashes: number, random: Random): number {
  if (crashes <= 1) return random() * 500;
  const ceiling = Math.min(restart.capMs, restart.baseMs * 2 ** Math.min(crashes - 1, 30));
  return ceiling / 2 + (random() * ceiling) / 2;
}

/** How long an agent in a crash loop lives. */
export function crashesAfterMs(random: Random): number {
  return 2_000 + random() * 10_000;
}

/** How long after the start a machine goes dark. */
export function darkAfterMs(random: Random): number {
  return random() * 30_000;
}
