import { setTimeout as sleep } from "node:timers/promises";
import { isSameProcess, type ProcessIdentity } from "./process-identity.ts";

/** Asks a process to end, and kills it when it has not ended after graceMs. */
export async function stopProcess(
  identity: ProcessIdentity,
  graceMs: number,
  signal: NodeJS.Signals = "SIGTERM",
): Promise<void> {
  send(identity, signal);
  const deadline = Date.now() + graceMs;
  while (isSameProcess(identity) && Date.now() < deadline) await sleep(30);
  if (!isSameProcess(identity)) return;
  send(identity, "SIGKILL");
  while (isSameProcess(identity)) await sleep(30);
}

function send(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isSameProcess(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
