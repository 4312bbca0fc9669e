import type { Clock } from "../platform/clock.ts";

export interface PaceLimits {
  /** Of all downloads of this machine together. */
  bytesPerSecondMax?: number;
  /** A download begins at a random moment within so long. */
  startSpreadSeconds?: number;
}

/** Keeps downloads from filling the machine's line, and a fleet from beginning them all at once. */
export class DownloadPace {
  #freeAtMs = 0;

  constructor(
    private readonly clock: Clock,
    private readonly random: () => number,
    private readonly limits: PaceLimits = {},
  ) {}

  async begin(signal: AbortSignal): Promise<void> {
    const spreadMs = (this.limits.startSpreadSeconds ?? 0) * 1000;
    if (spreadMs > 0) await this.clock.sleep(Math.round(this.random() * spreadMs), signal);
  }

  /** Waits until so many bytes more have their turn. */
  async took(bytes: number, signal: AbortSignal): Promise<void> {
    const { bytesPerSecondMax } = this.limits;
    if (bytesPerSecondMax === undefined) return;
    const nowMs = this.clock.monotonicMs();
    this.#freeAtMs = Math.max(nowMs, this.#freeAtMs) + (bytes / bytesPerSecondMax) * 1000;
    await this.clock.sleep(this.#freeAtMs - nowMs, signal);
  }

  /** The rate that a download must be given time for: ten may share the line. */
  slowest(bytesPerSecondMin: number): number {
    const shared = (this.limits.bytesPerSecondMax ?? Number.POSITIVE_INFINITY) / 10;
    return Math.min(bytesPerSecondMin, shared);
  }
}
