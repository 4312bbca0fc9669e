import type { Clock } from "./clock.ts";

/** Lets one loop sleep until its time comes or somebody rings, whichever is first. A ring before the wait counts. */
export class Bell {
  #rung = false;
  #wake: (() => void) | null = null;
  #heard: AbortSignal | null = null;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** True when it was rung. */
  async wait(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
    this.#hear(signal);
    if (!this.#rung && !signal.aborted) await this.#sleep(clock, ms);
    const was = this.#rung;
    this.#rung = false;
    return was;
  }

  #sleep(clock: Clock, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        callOff();
        this.#wake = null;
        resolve();
      };
      const callOff = clock.after(ms, wake);
      this.#wake = wake;
    });
  }

  /** Once for all waits of a loop: a listener added and removed each second is what an idle ifrit-agent would do most. */
  #hear(signal: AbortSignal): void {
    if (this.#heard === signal) return;
    this.#heard = signal;
    signal.addEventListener("abort", () => this.#wake?.());
  }
}
