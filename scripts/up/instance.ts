import { isAbsolute, join, resolve } from "node:path";
import { repoRoot } from "../repo-root.ts";
import { UserError } from "../user-error.ts";

/** One running copy of ifrit: where its data are and where it listens. */
export type Instance = {
  dataDir: string;
  host: string;
  port: number;
  /** The file that its supervisor's process stands in. */
  lockFile: string;
  /** Its address, while it is ready. */
  readyFile: string;
  folders: { mariaDb: string; redis: string; logs: string; run: string; agent: string };
};

export function readInstance(env: Record<string, string | undefined>): Instance {
  const named = env.IFRIT_DATA_DIR || ".ifrit";
  const dataDir = isAbsolute(named) ? resolve(named) : resolve(repoRoot, named);
  const run = join(dataDir, "run");
  return {
    dataDir,
    host: env.HOST || "127.0.0.1",
    port: readPort(env.PORT),
    lockFile: join(run, "up.process.json"),
    readyFile: join(run, "ready-url"),
    folders: {
      mariaDb: join(dataDir, "mariadb"),
      redis: join(dataDir, "redis"),
      logs: join(dataDir, "logs"),
      run,
      agent: join(dataDir, "agent"),
    },
  };
}

function readPort(text: string | undefined): number {
  const port = text ? Number(text) : 3000;
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port;
  throw new UserError(
    `PORT=${text} is no port number.`,
    "Give one from 1 to 65535, say PORT=3000.",
  );
}

/** The address to type into a browser on this machine. */
export function instanceUrl({ host, port }: { host: string; port: number }): string {
  const anywhere = host === "0.0.0.0" || host === "::";
  const shown = anywhere ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return `http://${shown}:${port}`;
}
