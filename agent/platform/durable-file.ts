import type { z } from "zod";

/*
 * Order that every durable write keeps: content → fsync(file) → rename → fsync(directory). After a
 * power loss a reader finds the old content or the new, never a mixture.
 */

export async function syncDir(path: string): Promise<void> {
  const dir = await Deno.open(path, { read: true });
  try {
    await dir.sync();
  } finally {
    dir.close();
  }
}

export async function writeDurably(path: string, text: string, mode = 0o644): Promise<void> {
  const temporary = `${path}.tmp`;
  const file = await Deno.open(temporary, { write: true, create: true, truncate: true, mode });
  try {
    await writeAll(file, new TextEncoder().encode(text));
    await file.sync();
  } finally {
    file.close();
  }
  await keepBackup(path);
  await Deno.rename(temporary, path);
  await syncDir(parentOf(path));
}

/** The content before the last write stays as `.bak`, for when the disk itself damages a file. */
async function keepBackup(path: string): Promise<void> {
  await Deno.remove(`${path}.bak`).catch(ignoreNotFound);
  await Deno.link(path, `${path}.bak`).catch(ignoreNotFound);
}

/** Reads JSON that fits the schema; from the backup when the file is damaged; null when there is neither. */
export async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  for (const candidate of [path, `${path}.bak`]) {
    const text = await readTextOrNull(candidate);
    const parsed = text === null ? null : parseOrNull(text, schema);
    if (parsed !== null) return parsed;
  }
  return null;
}

export async function readTextOrNull(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

export function parseOrNull<T>(text: string, schema: z.ZodType<T>): T | null {
  try {
    const result = schema.safeParse(JSON.parse(text));
    return result.success ? result.data : null;
  } catch {
    return null;
  }
}

export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += await file.write(bytes.subarray(written));
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

export function isNotFound(error: unknown): boolean {
  return (
    error instanceof Deno.errors.NotFound ||
    (error as { code?: string } | null)?.code === "ENOTDIR" ||
    error instanceof Deno.errors.NotADirectory
  );
}

/** The disk is full, failing or read-only: nothing that asking again at once would change. */
export function isDiskError(error: unknown): boolean {
  const code = (error as { code?: string } | null)?.code ?? "";
  return ["ENOSPC", "EDQUOT", "EROFS", "EIO"].includes(code);
}

export function ignoreNotFound(error: unknown): void {
  if (!isNotFound(error)) throw error;
}

/** Removes a file, a link or a whole folder; nothing there is success. */
export async function removeAll(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch(ignoreNotFound);
}
