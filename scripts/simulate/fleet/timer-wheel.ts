const slots = 4096;
const nowhere = -1;

/**
 * One timer for a whole fleet: machine → when it is to be attended to. Setting and cancelling are
 * O(1); a machine that is due in more than a turn of the wheel is passed over once per turn.
 */
export class TimerWheel {
  readonly #tickMs: number;
  readonly #first = new Int32Array(slots).fill(nowhere);
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #slot: Int32Array;
  readonly #dueMs: Float64Array;
  readonly #firing: number[] = [];
  #tick: number;

  constructor(size: number, tickMs: number, nowMs: number) {
    this.#tickMs = tickMs;
    this.#tick = Math.floor(nowMs / tickMs);
    this.#next = new Int32Array(size).fill(nowhere);
    this.#previous = new Int32Array(size).fill(nowhere);
    this.#slot = new Int32Array(size).fill(nowhere);
    this.#dueMs = new Float64Array(size);
  }

  /** Replaces what was set before. Infinity cancels. */
  set(index: number, dueMs: number): void {
    this.#unlink(index);
    if (dueMs === Number.POSITIVE_INFINITY) return;
    const tick = Math.max(this.#tick + 1, Math.ceil(dueMs / this.#tickMs));
    const slot = tick % slots;
    this.#dueMs[index] = dueMs;
    this.#slot[index] = slot;
    const first = this.#first[slot]!;
    this.#next[index] = first;
    this.#previous[index] = nowhere;
    if (first !== nowhere) this.#previous[first] = index;
    this.#first[slot] = index;
  }

  /** Hands out what is due by now; each is forgotten first, so `attend` may set it again. */
  advance(nowMs: number, attend: (index: number) => void): void {
    const last = Math.floor(nowMs / this.#tickMs);
    const begin = Math.max(this.#tick + 1, last - slots + 1);
    const firing = this.#firing;
    firing.length = 0;
    for (let tick = begin; tick <= last; tick += 1) this.#collect(tick % slots, nowMs, firing);
    this.#tick = Math.max(this.#tick, last);
    for (const index of firing) this.#unlink(index);
    for (let at = 0; at < firing.length; at += 1) attend(firing[at]!);
  }

  #collect(slot: number, nowMs: number, firing: number[]): void {
    for (let index = this.#first[slot]!; index !== nowhere; index = this.#next[index]!)
      if (this.#dueMs[index]! <= nowMs) firing.push(index);
  }

  #unlink(index: number): void {
    const slot = this.#slot[index]!;
    if (slot === nowhere) return;
    const next = this.#next[index]!;
    const previous = this.#previous[index]!;
    if (previous === nowhere) this.#first[slot] = next;
    else this.#next[previous] = next;
    if (next !== nowhere) this.#previous[next] = previous;
    this.#slot[index] = nowhere;
  }
}
