import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { identifyProcess, isSameProcess, type ProcessIdentity } from "./process-identity.ts";

const ProcessRecord = z.object({ pid: z.number().int().positive(), startedAt: z.string().min(1) });

/** Remembers a process that we started, so that only such ones are ever stopped. */
export function writeProcessRecord(file: string, pid: number): ProcessIdentity | null {
  const identity = identifyProcess(pid);
  if (!identity) return null;
  writeFileSync(`${file}.part`, JSON.stringify(identity), { mode: 0o600 });
  renameSync(`${file}.part`, file);
  return identity;
}

/** The recorded process if it still runs; null when it has ended, or when the record is unreadable. */
export function readRunningProcess(file: string): ProcessIdentity | null {
  const identity = readProcessRecord(file);
  return identity && isSameProcess(identity) ? identity : null;
}

/** Whom the record names, whether it runs or not. */
export function readProcessRecord(file: string): ProcessIdentity | null {
  try {
    return ProcessRecord.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return null;
  }
}

export function removeProcessRecord(file: string): void {
  rmSync(file, { force: true });
}
