const perDoubling = 8;
const buckets = 32 * perDoubling;
const smallestMs = 0.01;

/** A histogram whose buckets grow by 9 %: so exact are its percentiles. */
export class Latencies {
  readonly #counts = new Float64Array(buckets);
  #total = 0;
  #maxMs = 0;

  add(ms: number): void {
    const bucket = Math.floor(Math.log2(Math.max(ms, smallestMs) / smallestMs) * perDoubling);
    this.#counts[Math.min(buckets - 1, bucket)]! += 1;
    this.#total += 1;
    if (ms > this.#maxMs) this.#maxMs = ms;
  }

  summary(): { p50Ms: number; p99Ms: number; maxMs: number } {
    const { round } = Math;
    const at = (share: number) => round(this.#percentile(share) * 100) / 100;
    return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: round(this.#maxMs * 100) / 100 };
  }

  /** The upper end of the bucket that it falls into. */
  #percentile(share: number): number {
    let left = this.#total * share;
    for (let bucket = 0; bucket < buckets; bucket += 1) {
      left -= this.#counts[bucket]!;
      if (left <= 0) return Math.min(this.#maxMs, smallestMs * 2 ** ((bucket + 1) / perDoubling));
    }
    return this.#maxMs;
  }
}
