import { linkSync, rmSync, writeFileSync } from "node:fs";
import { identifyProcess, type ProcessIdentity } from "./process-identity.ts";
import { readRunningProcess } from "./process-record.ts";

/**
 * Takes a lock that ends with the process that holds it. Returns the holder when it is somebody
 * else, and null when the lock is ours.
 */
export function takeProcessLock(file: string): ProcessIdentity | null {
  const mine = identifyProcess(process.pid);
  if (!mine) throw new Error("this process cannot be identified");
  const aside = `${file}.${process.pid}`;
  writeFileSync(aside, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (;;) {
      if (linked(aside, file)) return null;
      const holder = readRunningProcess(file);
      if (holder?.pid === process.pid) return null;
      if (holder) return holder;
      // Its holder died without letting go.
      rmSync(file, { force: true });
    }
  } finally {
    rmSync(aside, { force: true });
  }
}

export function releaseProcessLock(file: string): void {
  if (readRunningProcess(file)?.pid === process.pid) rmSync(file, { force: true });
}

/** A link appears whole or not at all, and never over another one. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
