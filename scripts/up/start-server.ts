import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { serverFile } from "../build/build-server.ts";
import { repoRoot } from "../repo-root.ts";
import { logTail } from "../system/log-tail.ts";
import { type Daemon, startDaemon } from "../system/start-daemon.ts";
import { UserError } from "../user-error.ts";
import { type Instance, instanceUrl } from "./instance.ts";
import { daemonRecords } from "./stop-leftovers.ts";

const readyTimeoutMs = 60_000;

/** Starts the server and waits until it says that it is ready. */
export async function startServer(instance: Instance, env: NodeJS.ProcessEnv): Promise<Daemon> {
  const logFile = join(instance.folders.logs, "server.log");
  const logStart = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  const daemon = await startDaemon({
    command: process.execPath,
    args: ["--enable-source-maps", serverFile],
    cwd: repoRoot,
    env,
    logFile,
    recordFile: daemonRecords(instance).server!,
  });
  let ended: string | null = null;
  void daemon.exited.then((how) => {
    ended = how;
  });
  const deadline = Date.now() + readyTimeoutMs;
  while (Date.now() < deadline) {
    if (ended) break;
    // Another program may have taken the port meanwhile, and answer in our server's place.
    if (hasListened(logFile, logStart) && (await isReady(instance))) return daemon;
    await sleep(100);
  }
  await daemon.stop();
  const why = ended
    ? `it ended (${ended})`
    : `no answer from /readyz in ${readyTimeoutMs / 1000} s`;
  throw new UserError(
    `The server did not become ready: ${why}.\n${logTail(logFile, 5).join("\n")}`,
    `Its whole log is ${logFile}.`,
  );
}

function hasListened(logFile: string, from: number): boolean {
  return readFileSync(logFile).subarray(from).includes('"msg":"listening"');
}

async function isReady(instance: Instance): Promise<boolean> {
  try {
    const response = await fetch(`${instanceUrl(instance)}/readyz`, {
      signal: AbortSignal.timeout(2_000),
    });
    return response.status === 200;
  } catch {
    return false;
  }
}
