import { type Clock, systemClock } from "../platform/clock.ts";

/** Real time that a test can move on, as if the machine had been on for longer, or had a wrong wall clock. */
export class ShiftedClock implements Clock {
  wallOffsetMs = 0;
  monotonicOffsetMs = 0;

  wallMs(): number {
    return systemClock.wallMs() + this.wallOffsetMs;
  }

  monotonicMs(): number {
    return systemClock.monotonicMs() + this.monotonicOffsetMs;
  }

  /** Both clocks, as when time passes. */
  pass(ms: number): void {
    this.wallOffsetMs += ms;
    this.monotonicOffsetMs += ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(ms, signal);
  }

  after(ms: number, callback: () => void): () => void {
    return systemClock.after(ms, callback);
  }
}
