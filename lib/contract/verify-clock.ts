/*
 * Time without a clock that can be trusted. Machines boot in 1970 or in 2038, so a wall clock alone
 * must neither refuse nor accept anything. What a machine has is its monotonic clock, the time that
 * its master signs, and the counter that makes one of those answers provably new (the anchor).
 */

/** The master's time as it was known at a moment of this machine's monotonic clock. */
export type MasterTime = {
  /** Milliseconds since the epoch, by the master's clock: it was at least that late. */
  atMs: number;
  /** Milliseconds of the monotonic clock when that was learnt. Never persisted: it starts anew. */
  monotonicMs: number;
};

export type TrustClock = {
  monotonicMs: number;
  /** Milliseconds since the epoch, by this machine's own clock. */
  wallMs: number;
  /** null: the master has signed nothing for this process yet. */
  time: MasterTime | null;
};

/** Masters of one cluster may differ by this much. */
export const masterClockSkewMsMax = 5 * 60_000;

/** The master's time, at the earliest: what it signed plus what has passed here since. */
export function masterNowMs(time: MasterTime, monotonicMs: number): number {
  return time.atMs + Math.max(0, monotonicMs - time.monotonicMs);
}

/** The time that expiry is judged by: the master's, or this machine's own while that is not known. */
export function trustNowMs(clock: TrustClock): number {
  return clock.time === null ? clock.wallMs : masterNowMs(clock.time, clock.monotonicMs);
}

/** A signed time can only bring the estimate forward; replayed ones change nothing. */
export function advanceMasterTime(clock: TrustClock, issuedAtMs: number): MasterTime {
  const { time, monotonicMs } = clock;
  if (time !== null && masterNowMs(time, monotonicMs) >= issuedAtMs) return time;
  return { atMs: issuedAtMs, monotonicMs };
}
