import { isNotFound } from "../platform/durable-file.ts";

export const logBytesMax = 10 * 1024 * 1024;

/**
 * Keeps the log and one older one. The agent holds the file open, so it is copied and cut, not
 * renamed; it appends, so it goes on at the new end.
 */
export async function rotateLog(path: string, bytesMax = logBytesMax): Promise<boolean> {
  try {
    if ((await Deno.stat(path)).size <= bytesMax) return false;
    await Deno.copyFile(path, `${path}.1`);
    await Deno.truncate(path);
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
