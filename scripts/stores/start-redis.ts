import { createConnection } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findBinary } from "../system/find-binary.ts";
import { logTail } from "../system/log-tail.ts";
import { prepareFolder } from "../system/prepare-folder.ts";
import { type Daemon, startDaemon } from "../system/start-daemon.ts";
import { UserError } from "../user-error.ts";
import { refuseSecondServer } from "./refuse-second-server.ts";
import { socketFolder } from "./socket-folder.ts";
import type { Store } from "./start-mariadb.ts";

export type RedisOptions = {
  /** Everything of this server lives in it: data, log, socket, record of its process. */
  folder: string;
  /** Tests need no append-only file. */
  durable?: boolean;
};

const freeBytesMin = 50 * 1024 * 1024;
const startTimeoutMs = 120_000;

/** Starts a private Redis that listens on a Unix socket only. */
export async function startRedis(options: RedisOptions): Promise<Store> {
  const { folder, durable = true } = options;
  const recordFile = join(folder, "redis.process.json");
  refuseSecondServer("Redis", folder, recordFile);
  const dataDir = join(folder, "data");
  prepareFolder(dataDir, freeBytesMin);
  const logFile = join(folder, "redis.log");
  const socketPath = join(socketFolder(folder), "redis.sock");
  const daemon = await startDaemon({
    command: requireServer(),
    // Debian ships server and checker as one program that looks at the name it is called by.
    argv0: "redis-server",
    args: serverArguments(dataDir, socketPath, durable),
    logFile,
    recordFile,
  });
  await waitUntilAnswering(daemon, socketPath, dataDir, logFile);
  return { url: `unix://${socketPath}`, daemon };
}

/** Debian's redis-tools holds the server too, under its other name. */
export function findRedis(): string | null {
  return findBinary("redis-server", "redis-check-rdb", "valkey-server");
}

function requireServer(): string {
  const server = findRedis();
  if (server) return server;
  throw new UserError(
    "redis-server is missing.",
    "Install Redis (on Debian: apt-get install redis-server), or set REDIS_URL.",
  );
}

function serverArguments(dataDir: string, socketPath: string, durable: boolean): string[] {
  const pairs: [string, string][] = [
    ["--port", "0"],
    ["--unixsocket", socketPath],
    ["--unixsocketperm", "700"],
    ["--dir", dataDir],
    ["--daemonize", "no"],
    // Written before an answer goes out: killing the process loses nothing that was acknowledged.
    ["--appendonly", durable ? "yes" : "no"],
    ["--appendfsync", "everysec"],
    ["--save", ""],
    ["--maxmemory-policy", "noeviction"],
    ["--databases", "1024"],
  ];
  return pairs.flat();
}

async function waitUntilAnswering(
  daemon: Daemon,
  socketPath: string,
  dataDir: string,
  logFile: string,
): Promise<void> {
  let ended: string | null = null;
  void daemon.exited.then((how) => {
    ended = how;
  });
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline) {
    if (ended) throw explainEnd(dataDir, logFile, ended);
    if ((await ping(socketPath)).startsWith("+PONG")) return;
    await sleep(30);
  }
  await daemon.stop();
  throw new UserError(
    `Redis does not answer after ${startTimeoutMs / 1000} s.`,
    `What it said is at the end of ${logFile}.`,
  );
}

/** Its first answer to PING; while it loads its data that is an error, so it does not count as ready. */
function ping(socketPath: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection(socketPath);
    const finish = (answer: string) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => finish(""));
    socket.once("connect", () => socket.write("PING\r\n"));
    socket.once("data", (data) => finish(data.toString("utf8")));
    socket.once("error", () => finish(""));
    socket.once("close", () => finish(""));
  });
}

function explainEnd(dataDir: string, logFile: string, how: string): UserError {
  const lines = logTail(logFile, 40);
  if (lines.some((line) => /No space left/i.test(line)))
    return new UserError(
      `The disk that holds ${dataDir} is full.`,
      "Make room, then run it again.",
    );
  if (lines.some((line) => /Permission denied/i.test(line)))
    return new UserError(
      `Redis has no permission for its folder ${dataDir}.`,
      "It was probably made by another user: run this as that user, or change its owner (chown -R).",
    );
  const last = lines.findLast((line) => / # /.test(line))?.replace(/^.* # /, "");
  return new UserError(
    `Redis cannot use its folder ${dataDir}: ${last ?? how}`,
    `It is a cache that is built anew from the database, so it may be moved away: mv ${dataDir} ${dataDir}.broken (log: ${logFile}).`,
  );
}
