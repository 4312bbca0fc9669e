import { type ChildProcess, spawn, spawnSync } from "node:child_process";

export type Outcome = { code: number; stdout: string; stderr: string };

/** What a bare machine has; the folders that hold Node and npm are not among them. */
export const barePath = "/usr/sbin:/usr/bin:/sbin:/bin";

export type RunOptions = {
  env?: Record<string, string>;
  input?: string;
  cwd?: string;
  uid?: number;
  gid?: number;
};

/** Runs a program to its end with nothing in its environment but what is given. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  const child = start(program, args, options);
  // It may have ended without reading any of it.
  child.stdin!.on("error", () => undefined).end(options.input ?? "");
  const out: Buffer[] = [];
  const error: Buffer[] = [];
  child.stdout!.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr!.on("data", (chunk: Buffer) => error.push(chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) =>
      resolve({
        code: code ?? -1,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(error).toString(),
      }),
    );
  });
}

function start(program: string, args: readonly string[], options: RunOptions): ChildProcess {
  const { env = {}, cwd = "/", uid, gid } = options;
  return spawn(program, args, {
    cwd,
    env: env as NodeJS.ProcessEnv,
    stdio: ["pipe", "pipe", "pipe"],
    ...(uid === undefined ? {} : { uid, gid }),
  });
}

const backgrounds = new Set<ChildProcess>();

/** A program that goes on; endBackgrounds ends it with all that stayed in its session. */
export function startProgram(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): ChildProcess {
  const child = spawn(program, args, {
    ...{ cwd: "/", env: env as NodeJS.ProcessEnv, stdio: "ignore" as const, detached: true },
  });
  backgrounds.add(child);
  return child;
}

/** For afterEach. */
export function endBackgrounds(): void {
  for (const child of backgrounds) {
    backgrounds.delete(child);
    try {
      process.kill(-child.pid!, "SIGKILL");
    } catch {
      // All of it has ended.
    }
  }
}

export function succeeds(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}
