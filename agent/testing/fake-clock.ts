import type { Clock } from "../platform/clock.ts";

/** A clock that jumps: every sleep ends at once and moves both clocks on. */
export class FakeClock implements Clock {
  readonly slept: number[] = [];
  #nowMs: number;

  constructor(startMs = 1_700_000_000_000) {
    this.#nowMs = startMs;
  }

  wallMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    this.slept.push(ms);
    this.#nowMs += ms;
    return Promise.resolve();
  }

  after(ms: number, callback: () => void): () => void {
    let calledOff = false;
    this.sleep(ms).then(() => {
      if (!calledOff) callback();
    });
    return () => {
      calledOff = true;
    };
  }
}
