import { isNotFound, parentOf, syncDir, writeAll } from "./durable-file.ts";

/*
 * A number in a file whose space was taken when there was some: it can be raised on a disk without a free
 * byte. It is written in place, so by turns into one of two blocks: the other holds the number before.
 */

const blockBytes = 4096;

/** Text of one block. Twice, since half of a block may be what a power loss leaves. */
const blockText = (value: number) => `${value} ${value}\n`;

/** Null: there is no such file, or nothing in it that can be believed. */
export async function readReservedNumber(path: string): Promise<number | null> {
  const blocks = await readBlocks(path).catch((error) => {
    if (isNotFound(error)) return null;
    throw error;
  });
  const values = (blocks ?? []).filter((value) => value !== null);
  return values.length === 0 ? null : Math.max(...values);
}

export async function writeReservedNumber(path: string, value: number): Promise<void> {
  const [first = null, second = null] = await openReserve(path);
  const target = (first ?? -1) <= (second ?? -1) ? 0 : 1;
  const bytes = new Uint8Array(blockBytes);
  new TextEncoder().encodeInto(blockText(value), bytes);
  using file = await Deno.open(path, { write: true });
  await file.seek(target * blockBytes, Deno.SeekMode.Start);
  await writeAll(file, bytes);
  await file.sync();
}

/** What its blocks hold; made where it is not there, or of another size. */
async function openReserve(path: string): Promise<(number | null)[]> {
  const size = await Deno.stat(path).then(
    (info) => info.size,
    () => 0,
  );
  if (size === 2 * blockBytes) return await readBlocks(path);
  {
    using file = await Deno.open(path, { write: true, create: true, mode: 0o600 });
    await writeAll(file, new Uint8Array(2 * blockBytes));
    await file.sync();
  }
  await syncDir(parentOf(path));
  return [];
}

async function readBlocks(path: string): Promise<(number | null)[]> {
  const text = await Deno.readTextFile(path);
  return [0, blockBytes].map((from) => {
    const [, first = "", again] = /^(\d{1,16}) (\d{1,16})\n/.exec(text.slice(from)) ?? [];
    return first !== "" && first === again ? Number(first) : null;
  });
}
