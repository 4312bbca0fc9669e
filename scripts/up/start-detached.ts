import { spawn } from "node:child_process";
import { join } from "node:path";
import { repoRoot } from "../repo-root.ts";

/** Does the whole of `up` (or `demo`) in a background process, shows its lines until it is ready, and leaves it running. */
export async function startDetached(command: "up" | "demo" = "up"): Promise<number> {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", join(repoRoot, `scripts/${command}.ts`)],
    {
      cwd: repoRoot,
      detached: true,
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    },
  );
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on("message", (message: { line?: string; error?: string }) => {
      if (message.error) console.error(message.error);
      if (message.line === undefined) return;
      console.log(message.line);
      if (!message.line.startsWith("ready ")) return;
      child.disconnect();
      child.unref();
      resolve(0);
    });
    child.on("exit", (code) => resolve(code ?? 1));
    child.on("error", (error) => {
      console.error(`✗ ${error.message}`);
      resolve(1);
    });
  });
}
