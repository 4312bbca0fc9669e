export interface BackoffLimits {
  baseMs: number;
  capMs: number;
}

/** Exponential backoff with full jitter: anywhere between zero and base · 2^(failures-1), capped. */
export function backoffMs(failures: number, limits: BackoffLimits, random: () => number): number {
  if (failures <= 0) return 0;
  const ceiling = Math.min(limits.capMs, limits.baseMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(random() * ceiling);
}

export interface PollTiming {
  intervalMs: number;
  failures: number;
  /** The master has answered since ifrit-agent started. */
  reached: boolean;
  /** What the master asked for in its last answer. */
  nextPollMs: number | null;
  retryAfterMs: number | null;
}

/** After a start the network may be about to come: first at once, then ever more slowly. */
const bootLimits: BackoffLimits = { baseMs: 1000, capMs: 60_000 };
const awayMaxMs = 60_000;
const retryAfterMaxMs = 3_600_000;

/**
 * How long to wait before the next check-in. A healthy machine waits its interval, spread by ±10 %, so
 * that a fleet which started together drifts apart. Retry-After is a floor, never undercut.
 */
export function nextPollDelayMs(timing: PollTiming, random: () => number): number {
  const intervalMs = timing.nextPollMs ?? timing.intervalMs;
  if (timing.retryAfterMs !== null) {
    const floor = Math.min(timing.retryAfterMs, retryAfterMaxMs);
    return Math.round(floor + random() * Math.max(1000, floor * 0.1));
  }
  if (timing.failures === 0) return Math.round(intervalMs * (0.9 + 0.2 * random()));
  if (!timing.reached) return backoffMs(timing.failures, bootLimits, random);
  return Math.round(awayMs(intervalMs, timing.failures) * (0.25 + random()));
}

/**
 * A master that answered before and now does not is asked no more often than in peace: retries in
 * haste would meet it as a herd, all at the moment when it is back.
 */
function awayMs(intervalMs: number, failures: number): number {
  const slower = Math.min(awayMaxMs, intervalMs * 2 ** Math.min(failures - 1, 30));
  return Math.max(intervalMs, slower);
}
