import { z } from "zod";

/** Where the next page begins, opaque to callers. null: there is none. */
export function toCursor(value: string | number | null): string | null {
  return value === null ? null : Buffer.from(String(value)).toString("base64url");
}

const decoded = z.string().transform((cursor) => Buffer.from(cursor, "base64url").toString("utf8"));

export const TextCursor = decoded.pipe(z.string().min(1).max(200)).optional();
export const IdCursor = decoded.pipe(z.coerce.number<string>().int().positive()).optional();

export const pageLimit = (fallback: number) =>
  z.coerce.number().int().min(1).max(500).default(fallback);

/** A filter that is left empty is no filter. */
export const optionalText = z
  .string()
  .max(2_000)
  .transform((text) => text.trim() || undefined)
  .optional();
