import type { Clock } from "./clock.ts";

/** Lets one loop sleep until its time comes or somebody rings, whichever is first. A ring before the wait counts. */
export class Bell {
  #rung = false;
  #wake: (() => void) | null = null;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** True when it was rung. */
  async wait(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#rung) {
      const ended = new AbortController();
      const end = () => ended.abort();
      this.#wake = end;
      signal.addEventListener("abort", end);
      await clock.sleep(signal.aborted ? 0 : ms, ended.signal);
      signal.removeEventListener("abort", end);
      this.#wake = null;
    }
    const was = this.#rung;
    this.#rung = false;
    return was;
  }
}
