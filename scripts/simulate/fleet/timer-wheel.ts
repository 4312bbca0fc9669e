const slots = 4096;
const nowhere = -1;
const lookAtClockEvery = 32;

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
  /** Taken off the wheel, and not yet handed out. */
  #due: number[] = [];
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

  /**
   * Hands out what is due by now, for so long; the rest comes with the next call. Each is forgotten
   * first, so `attend` may set it again.
   */
  advance(nowMs: number, attend: (index: number) => void, turnMs = Number.POSITIVE_INFINITY): void {
    const last = Math.floor(nowMs / this.#tickMs);
    const begin = Math.max(this.#tick + 1, last - slots + 1);
    for (let tick = begin; tick <= last; tick += 1) this.#collect(tick % slots, nowMs);
    this.#tick = Math.max(this.#tick, last);
    const due = this.#due;
    const endMs = performance.now() + turnMs;
    let done = 0;
    while (done < due.length) {
      attend(due[done]!);
      done += 1;
      if (done % lookAtClockEvery === 0 && performance.now() > endMs) break;
    }
    this.#due = done === due.length ? [] : due.slice(done);
  }

  #collect(slot: number, nowMs: number): void {
    let index = this.#first[slot]!;
    while (index !== nowhere) {
      const next = this.#next[index]!;
      if (this.#dueMs[index]! <= nowMs) {
        this.#unlink(index);
        this.#due.push(index);
      }
      index = next;
    }
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
