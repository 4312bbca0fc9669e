import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "esbuild";
import { repoRoot } from "../repo-root.ts";
import { releaseProcessLock, takeProcessLock } from "../system/process-lock.ts";
import { runCommand } from "../system/run-command.ts";
import { UserError } from "../user-error.ts";
import { hashInputs } from "./hash-inputs.ts";

const dist = join(repoRoot, "dist");
const hashFile = join(dist, "server.hash");
export const serverFile = join(dist, "server.js");

const inputs = [
  ...["app", "components", "lib", "messages", "public", "drizzle/schema"],
  ...["server.ts", "proxy.ts", "instrumentation.ts", "next.config.ts", "postcss.config.mjs"],
  ...["package-lock.json", "tsconfig.json", "scripts/build"],
];

/** Whether the built server is that of the present sources. */
export function serverIsBuilt(): boolean {
  return readHash() === hashInputs(inputs) && existsSync(serverFile);
}

/** Builds the console (Next) and the server around it, unless the sources are those of the last build. */
export async function buildServer(): Promise<void> {
  const lock = join(dist, "build.process.json");
  // Two copies that start at once share one build.
  while (isLockedByOther(lock)) await sleep(500);
  try {
    const hash = hashInputs(inputs);
    if (readHash() === hash && existsSync(serverFile)) return;
    rmSync(hashFile, { force: true });
    await buildNext();
    await bundleServer();
    writeFileSync(hashFile, hash);
  } finally {
    releaseProcessLock(lock);
  }
}

function isLockedByOther(lock: string): boolean {
  try {
    mkdirSync(dist, { recursive: true });
    return takeProcessLock(lock) !== null;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "EACCES" && code !== "EPERM" && code !== "EROFS") throw error;
    throw new UserError(
      `The sources have changed since the last build, and this user may not write to ${dist}.`,
      "Run npm run build as the user that owns it, then run this again.",
    );
  }
}

function readHash(): string | null {
  return existsSync(hashFile) ? readFileSync(hashFile, "utf8") : null;
}

async function buildNext(): Promise<void> {
  const next = join(repoRoot, "node_modules", ".bin", "next");
  const env = { ...process.env, NODE_ENV: "production" as const, NEXT_TELEMETRY_DISABLED: "1" };
  const result = await runCommand(next, ["build"], { cwd: repoRoot, env });
  if (result.code === 0) return;
  throw new UserError(
    `The console could not be built:\n${result.output.trimEnd()}`,
    /ENOSPC/.test(result.output)
      ? "The disk is full: make room, then run it again."
      : "Mend the sources (npm run verify says more), then run it again.",
  );
}

async function bundleServer(): Promise<void> {
  await build({
    entryPoints: [join(repoRoot, "server.ts")],
    outfile: serverFile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    // Next's own marker, which only its bundler understands.
    alias: { "server-only": join(repoRoot, "node_modules/server-only/empty.js") },
    sourcemap: true,
    logLevel: "silent",
  }).catch((error: Error) => {
    throw new UserError(
      `The server could not be bundled: ${error.message}`,
      "Mend the sources, then run it again.",
    );
  });
}
