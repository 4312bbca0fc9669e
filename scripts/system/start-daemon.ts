import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { ProcessIdentity } from "./process-identity.ts";
import { removeProcessRecord, writeProcessRecord } from "./process-record.ts";
import { stopProcess } from "./stop-process.ts";

export type DaemonSpec = {
  command: string;
  args: string[];
  argv0?: string;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
  /** stdout and stderr are appended to it. */
  logFile: string;
  /** Where pid and start time are remembered. */
  recordFile: string;
};

export type Daemon = {
  identity: ProcessIdentity;
  /** Resolves with a short account of the end: "exit code 1", "signal SIGKILL". */
  exited: Promise<string>;
  stop: (graceMs?: number) => Promise<void>;
};

/**
 * Starts a process in a session of its own: a Ctrl-C in the terminal reaches only the command that
 * a person typed, which then stops its daemons in order.
 */
export async function startDaemon(spec: DaemonSpec): Promise<Daemon> {
  const log = openSync(spec.logFile, "a", 0o600);
  const child = spawn(spec.command, spec.args, {
    cwd: spec.cwd,
    env: spec.env ?? process.env,
    argv0: spec.argv0,
    uid: spec.uid,
    gid: spec.gid,
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const exited = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) =>
      resolve(signal ? `signal ${signal}` : `exit code ${code ?? "unknown"}`),
    );
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  const pid = child.pid!;
  const identity = writeProcessRecord(spec.recordFile, pid) ?? { pid, startedAt: "gone" };
  return {
    identity,
    exited,
    stop: async (graceMs = 10_000) => {
      await stopProcess(identity, graceMs);
      removeProcessRecord(spec.recordFile);
    },
  };
}
