import { z } from "zod";
import { readJson, writeDurably } from "../platform/durable-file.ts";

const StoredCounter = z.object({ value: z.number().int().nonnegative() });

/** The next value of a persisted counter. It is on disk before it is used, so it is never handed out twice. */
export async function nextCounter(path: string): Promise<number> {
  const value = ((await readJson(path, StoredCounter))?.value ?? 0) + 1;
  await writeDurably(path, JSON.stringify({ value }), 0o600);
  return value;
}
