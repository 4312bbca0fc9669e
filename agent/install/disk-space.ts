import { ChangeError } from "../change-error.ts";

const marginBytes = 16 * 1024 * 1024;

/** Refuses early, with figures, rather than half-way with ENOSPC. */
export async function requireSpace(
  path: string,
  bytes: number,
  freeBytes: (path: string) => number | Promise<number> = freeBytesAt,
): Promise<void> {
  const free = await freeBytes(path);
  if (free < bytes + marginBytes) {
    throw new ChangeError(
      "disk_full",
      `needs ${mebibytes(bytes + marginBytes)} at ${path}, ${mebibytes(free)} are free`,
    );
  }
}

export async function freeBytesAt(path: string): Promise<number> {
  const { statfsSync } = await import("node:fs");
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024)} MiB`;
}
