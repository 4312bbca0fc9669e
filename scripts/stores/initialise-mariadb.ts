import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findBinary } from "../system/find-binary.ts";
import { logTail } from "../system/log-tail.ts";
import { explainFileError, UserError } from "../user-error.ts";

/**
 * Makes an empty database folder. It is made aside and renamed when whole, so that one that was
 * killed half-way is simply made again.
 */
export async function initialiseMariaDb(at: {
  dataDir: string;
  logFile: string;
  /** Shared with no other server: each deletes the temporary tables that it finds. */
  temporaryFolder: string;
}): Promise<void> {
  const { dataDir, logFile, temporaryFolder } = at;
  if (existsSync(dataDir)) return;
  const install = findBinary("mariadb-install-db", "mysql_install_db");
  if (!install)
    throw new UserError(
      "mariadb-install-db is missing.",
      "Install MariaDB (on Debian: apt-get install mariadb-server-core mariadb-client-core).",
    );
  const aside = `${dataDir}.part`;
  try {
    rmSync(aside, { recursive: true, force: true });
    mkdirSync(aside, { mode: 0o700 });
  } catch (error) {
    throw explainFileError(error, aside);
  }
  const env = { ...process.env, TMPDIR: temporaryFolder };
  const code = await runLogged(install, installArguments(aside), { logFile, env });
  if (code !== 0 || !existsSync(join(aside, "mysql"))) throw explain(dataDir, logFile);
  renameSync(aside, dataDir);
}

function installArguments(folder: string): string[] {
  return [
    "--no-defaults",
    `--datadir=${folder}`,
    "--auth-root-authentication-method=socket",
    "--skip-test-db",
    "--skip-name-resolve",
    "--innodb-log-file-size=32M",
    ...asRoot(),
  ];
}

/** mariadbd refuses to run as root by accident; here it is meant: the folder may be one that only root can enter. */
export function asRoot(): string[] {
  return process.getuid?.() === 0 ? ["--user=root"] : [];
}

function runLogged(
  command: string,
  args: string[],
  { logFile, env }: { logFile: string; env: NodeJS.ProcessEnv },
): Promise<number> {
  const log = openSync(logFile, "a", 0o600);
  const child = spawn(command, args, { env, stdio: ["ignore", log, log] });
  closeSync(log);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

function explain(dataDir: string, logFile: string): UserError {
  const lines = logTail(logFile, 40);
  if (lines.some((line) => /No space left|Errcode: 28|OS error: 28/.test(line)))
    return new UserError(
      `The disk filled up while MariaDB's folder ${dataDir} was made.`,
      "Make room, then run it again.",
    );
  return new UserError(
    `MariaDB's folder ${dataDir} could not be made.`,
    `What it said is at the end of ${logFile}.`,
  );
}
