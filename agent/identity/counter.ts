import { z } from "zod";
import {
  isDiskError,
  parseOrNull,
  readTextOrNull,
  writeDurably,
} from "../platform/durable-file.ts";
import { readReservedNumber, writeReservedNumber } from "../platform/reserved-number.ts";

const StoredCounter = z.object({ value: z.number().int().nonnegative() });

/** How many values one write to the disk reserves. */
const reservation = 50;

/**
 * Hands out ever larger numbers, also across restarts. On disk is the end of the reserved range, before a
 * number of that range is used, so none is ever handed out twice; some are skipped. It is kept in two
 * ways, of which one is enough: a full disk takes no new file, but a number into space that it has.
 */
export class Counter {
  #next = 0;
  #reserved = 0;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly path: string) {}

  next(): Promise<number> {
    const value = this.#queue.then(() => this.#take());
    this.#queue = value.catch(() => {});
    return value;
  }

  async #take(): Promise<number> {
    if (this.#next >= this.#reserved) await this.#reserve();
    return ++this.#next;
  }

  async #reserve(): Promise<void> {
    const from = Math.max(await this.#stored(), this.#next);
    await this.#keep(from + reservation);
    this.#next = from;
    this.#reserved = from + reservation;
  }

  async #stored(): Promise<number> {
    const reserved = await readReservedNumber(this.#reservePath).catch(() => null);
    const whole = await this.#read(this.path);
    if (whole !== null) return Math.max(whole, reserved ?? 0);
    // The backup holds the end of the range before, whose successor may have been used up.
    const before = await this.#read(`${this.path}.bak`);
    return Math.max(before === null ? 0 : before + reservation, reserved ?? 0);
  }

  async #read(path: string): Promise<number | null> {
    const text = await readTextOrNull(path);
    return text === null ? null : (parseOrNull(text, StoredCounter)?.value ?? null);
  }

  async #keep(value: number): Promise<void> {
    const reserved = await writeReservedNumber(this.#reservePath, value).then(
      () => true,
      () => false,
    );
    try {
      await writeDurably(this.path, JSON.stringify({ value }), 0o600);
    } catch (error) {
      if (!reserved || !isDiskError(error)) throw error;
    }
  }

  get #reservePath(): string {
    return this.path.replace(/\.json$/, ".reserve");
  }
}
