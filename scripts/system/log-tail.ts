import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** The last lines of a log file, for an error message. Empty when there is none. */
export function logTail(file: string, lineCount: number): string[] {
  try {
    const fd = openSync(file, "r");
    try {
      const size = fstatSync(fd).size;
      const buffer = Buffer.alloc(Math.min(size, 32 * 1024));
      readSync(fd, buffer, 0, buffer.length, size - buffer.length);
      return buffer.toString("utf8").trimEnd().split("\n").slice(-lineCount);
    } finally {
      closeSync(fd);
    }
  } catch {
    return [];
  }
}
