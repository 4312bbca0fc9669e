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
  /** What the master asked for in its last answer. */
  nextPollMs: number | null;
  retryAfterMs: number | null;
}

const backoffLimits: BackoffLimits = { baseMs: 1000, capMs: 60_000 };
const retryAfterMaxMs = 3_600_000;

/**
 * How long to wait before the next check-in. A healthy machine waits its interval, spread by ±10 %, so
 * that a fleet which started together drifts apart. Retry-After is a floor, never undercut.
 */
export function nextPollDelayMs(timing: PollTiming, random: () => number): number {
  if (timing.retryAfterMs !== null) {
    const floor = Math.min(timing.retryAfterMs, retryAfterMaxMs);
    return Math.round(floor + random() * Math.max(1000, floor * 0.1));
  }
  if (timing.failures > 0) return backoffMs(timing.failures, backoffLimits, random);
  return Math.round((timing.nextPollMs ?? timing.intervalMs) * (0.9 + 0.2 * random()));
}
