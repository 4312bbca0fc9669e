export type ByteRange = { start: number; end: number };

/**
 * One range of bytes (RFC 9110 §14.1.2), both ends included. null: send everything, because no
 * range, several ranges or another unit was asked for.
 */
export function parseByteRange(
  range: string | undefined,
  size: number,
): ByteRange | "unsatisfiable" | null {
  const match = range === undefined ? null : /^bytes=(\d*)-(\d*)$/.exec(range.trim());
  if (!match) return null;
  const [, first, last] = match as unknown as [string, string, string];
  if (first === "" && last === "") return null;
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== "" && Number(last) < start) return null;
  return start >= size ? "unsatisfiable" : { start, end };
}
