import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Services } from "../platform/services.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const children = new Set<ChildProcess>();

export type LaunchedServer = { child: ChildProcess; url: string };

/** server.ts as a process of its own on the stores of `services`; resolves when it listens. */
export async function launchServer(
  { env }: Pick<Services, "env">,
  overrides: Record<string, string> = {},
  /** What runs it: a program and its arguments, before node. */
  under: readonly string[] = [],
): Promise<LaunchedServer> {
  const command = [...under, process.execPath, "--import", "tsx", "server.ts"];
  const child = spawn(command[0]!, command.slice(1), {
    cwd: root,
    env: {
      ...{ PATH: process.env.PATH, NODE_ENV: "production", PORT: "0" },
      ...{ DATABASE_URL: env.DATABASE_URL, REDIS_URL: env.REDIS_URL },
      ...{ IFRIT_SECRET: env.IFRIT_SECRET, IFRIT_DATA_DIR: env.IFRIT_DATA_DIR },
      ...{ IFRIT_REBUILD_SECONDS: "1", IFRIT_FLUSH_SECONDS: "1" },
      ...overrides,
    } as never,
    stdio: ["ignore", "pipe", "inherit"],
    // A group of its own: what it runs under, if anything, ends together with it.
    detached: true,
  });
  children.add(child);
  let text = "";
  for await (const chunk of child.stdout!.iterator({ destroyOnReturn: false })) {
    text += chunk;
    const listening = /"url":"([^"]+)".*"listening"/.exec(text);
    if (!listening) continue;
    // Read on, so that the process never waits for us.
    child.stdout!.resume();
    return { child, url: listening[1]! };
  }
  throw new Error(`the server ended without listening: ${text}`);
}

export async function killServer({ child }: LaunchedServer): Promise<void> {
  children.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  process.kill(-child.pid!, "SIGKILL");
  await ended;
}

/** For afterEach. */
export async function killServers(): Promise<void> {
  for (const child of [...children]) await killServer({ child, url: "" });
}
