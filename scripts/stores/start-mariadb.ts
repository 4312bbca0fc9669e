import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createConnection } from "mysql2/promise";
import { findBinary } from "../system/find-binary.ts";
import { logTail } from "../system/log-tail.ts";
import { prepareFolder } from "../system/prepare-folder.ts";
import { type Daemon, startDaemon } from "../system/start-daemon.ts";
import { UserError } from "../user-error.ts";
import { asRoot, initialiseMariaDb } from "./initialise-mariadb.ts";
import { refuseSecondServer } from "./refuse-second-server.ts";
import { socketFolder } from "./socket-folder.ts";

export type MariaDbOptions = {
  /** Everything of this server lives in it: data, log, socket, record of its process. */
  folder: string;
  /** Of the user "ifrit"; set anew at every start. */
  password: string;
  /** Tests trade safety against power cuts for speed. */
  durable?: boolean;
};

export type Store = { url: string; daemon: Daemon };

const freeBytesMin = 200 * 1024 * 1024;
const startTimeoutMs = 300_000;

/** Starts a private MariaDB that listens on a Unix socket only, making its folder when there is none. */
export async function startMariaDb(options: MariaDbOptions): Promise<Store> {
  const { folder, password, durable = true } = options;
  const recordFile = join(folder, "mariadb.process.json");
  refuseSecondServer("MariaDB", folder, recordFile);
  prepareFolder(folder, freeBytesMin);
  const dataDir = join(folder, "data");
  const logFile = join(folder, "mariadb.log");
  const temporaryFolder = join(folder, "tmp");
  prepareFolder(temporaryFolder);
  await initialiseMariaDb({ dataDir, logFile, temporaryFolder });
  if (!existsSync(join(dataDir, "mysql")) || !existsSync(join(dataDir, "ibdata1")))
    throw brokenFolder(dataDir, logFile, "files of MariaDB are missing from it");
  const socketPath = join(socketFolder(folder), "mariadb.sock");
  const initFile = join(folder, "accounts.sql");
  writeFileSync(initFile, accountsSql(password), { mode: 0o600 });
  const daemon = await startDaemon({
    command: requireServer(),
    args: [
      ...serverArguments(dataDir, socketPath, initFile, durable),
      // Of its own: a server that starts deletes all temporary tables in it, whoever's they are.
      `--tmpdir=${temporaryFolder}`,
    ],
    logFile,
    recordFile,
  });
  const url = `mysql://ifrit:${password}@localhost/ifrit?socketPath=${encodeURIComponent(socketPath)}`;
  await waitUntilAnswering(daemon, { socketPath, password, dataDir, logFile });
  rmSync(initFile, { force: true });
  return { url, daemon };
}

function requireServer(): string {
  const server = findBinary("mariadbd", "mysqld");
  if (server) return server;
  throw new UserError(
    "mariadbd is missing.",
    "Install MariaDB (on Debian: apt-get install mariadb-server-core mariadb-client-core), or set DATABASE_URL.",
  );
}

function serverArguments(
  dataDir: string,
  socketPath: string,
  initFile: string,
  durable: boolean,
): string[] {
  return [
    "--no-defaults",
    `--datadir=${dataDir}`,
    `--socket=${socketPath}`,
    `--init-file=${initFile}`,
    `--pid-file=${join(dataDir, "..", "mariadb.pid")}`,
    "--skip-networking",
    "--skip-name-resolve",
    "--character-set-server=utf8mb4",
    "--innodb-log-file-size=32M",
    "--innodb-buffer-pool-size=128M",
    "--max-connections=300",
    "--skip-log-bin",
    ...(durable ? [] : ["--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync"]),
    ...asRoot(),
  ];
}

/** Run by the server at each start: repeating it changes nothing. The password is hex, so needs no escape. */
function accountsSql(password: string): string {
  if (!/^[0-9a-f]{16,128}$/.test(password)) throw new RangeError("the password must be hex digits");
  return [
    "CREATE DATABASE IF NOT EXISTS ifrit CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;",
    `CREATE USER IF NOT EXISTS 'ifrit'@'localhost' IDENTIFIED BY '${password}';`,
    `ALTER USER 'ifrit'@'localhost' IDENTIFIED BY '${password}';`,
    "GRANT ALL PRIVILEGES ON `ifrit%`.* TO 'ifrit'@'localhost';",
    "",
  ].join("\n");
}

async function waitUntilAnswering(
  daemon: Daemon,
  at: { socketPath: string; password: string; dataDir: string; logFile: string },
): Promise<void> {
  let ended: string | null = null;
  void daemon.exited.then((how) => {
    ended = how;
  });
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline) {
    if (ended) throw explainEnd(at.dataDir, at.logFile, ended);
    const { socketPath, password } = at;
    if (await answers({ socketPath, user: "ifrit", password, database: "ifrit" })) return;
    await sleep(50);
  }
  await daemon.stop();
  throw new UserError(
    `MariaDB does not answer after ${startTimeoutMs / 1000} s.`,
    `What it said is at the end of ${at.logFile}.`,
  );
}

async function answers(options: {
  socketPath: string;
  user: string;
  password: string;
  database: string;
}): Promise<boolean> {
  try {
    const connection = await createConnection({ ...options, connectTimeout: 2_000 });
    await connection.end();
    return true;
  } catch {
    return false;
  }
}

function explainEnd(dataDir: string, logFile: string, how: string): UserError {
  const lines = logTail(logFile, 60);
  const has = (pattern: RegExp) => lines.some((line) => pattern.test(line));
  if (has(/No space left|Errcode: 28|Disk is full/i))
    return new UserError(
      `The disk that holds ${dataDir} is full.`,
      "Make room, then run it again.",
    );
  if (has(/Permission denied|Errcode: 13|os error 13/i))
    return new UserError(
      `MariaDB has no permission for its folder ${dataDir}.`,
      "It was probably made by another user: run this as that user, or change its owner (chown -R).",
    );
  if (has(/Unable to lock|Can't lock aria/))
    return new UserError(
      `Another MariaDB uses the folder ${dataDir}.`,
      "Stop it (npm run down), or choose another folder with IFRIT_DATA_DIR.",
    );
  const error = lines.findLast((line) => line.includes("[ERROR]"))?.replace(/^.*\[ERROR\]\s*/, "");
  return brokenFolder(dataDir, logFile, error ?? how);
}

function brokenFolder(dataDir: string, logFile: string, why: string): UserError {
  return new UserError(
    `MariaDB cannot use its folder ${dataDir}: ${why}.`,
    `Restore it from a backup, or begin with an empty one: mv ${dataDir} ${dataDir}.broken (log: ${logFile}).`,
  );
}
