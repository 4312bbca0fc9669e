import { z } from "zod";
import { readJson, writeDurably } from "../platform/durable-file.ts";

const StoredCounter = z.object({ value: z.number().int().nonnegative() });

/** How many values one write to the disk reserves. A full disk then does not silence the machine at once. */
const reservation = 50;

/**
 * Hands out ever larger numbers, also across restarts. The file holds the end of the reserved range, and
 * is on disk before a number of that range is used, so none is ever handed out twice; some are skipped.
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
    const stored = (await readJson(this.path, StoredCounter))?.value ?? 0;
    const from = Math.max(stored, this.#next);
    await writeDurably(this.path, JSON.stringify({ value: from + reservation }), 0o600);
    this.#next = from;
    this.#reserved = from + reservation;
  }
}
