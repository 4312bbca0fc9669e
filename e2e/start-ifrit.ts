import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../lib/testing/free-port.ts";

export type Ifrit = {
  url: string;
  dataDir: string;
  adminPassword: string;
  /** Where the real ifrit-agent of this copy keeps its things. */
  agentRoot: string;
  stop: () => Promise<void>;
};

const repoRoot = dirname(dirname(fileURLToPath(import.meta.url)));
const bootstrap = join(repoRoot, "scripts", "bootstrap.mjs");

/** A whole ifrit of its own, by the very command that a newcomer types. */
export async function startIfrit(settings: Record<string, string> = {}): Promise<Ifrit> {
  const folder = mkdtempSync(join(tmpdir(), "ifrit-e2e-"));
  // The unprivileged ifrit-agent has to get through to its own folder.
  chmodSync(folder, 0o711);
  const dataDir = join(folder, "data");
  const adminPassword = "correct horse battery staple";
  const env = {
    ...process.env,
    IFRIT_DATA_DIR: dataDir,
    HOST: "127.0.0.1",
    PORT: String(await freePort()),
    IFRIT_ADMIN_PASSWORD: adminPassword,
    ...settings,
  };
  const output = await run(["up", "--detach"], env);
  const url = /^ready (http:\S+)$/m.exec(output)?.[1];
  if (!url) throw new Error(`npm run up did not become ready:\n${output}`);
  const stop = async () => {
    await run(["down"], env);
    if (!process.env.IFRIT_E2E_KEEP) rmSync(folder, { recursive: true, force: true });
  };
  return { url, dataDir, adminPassword, agentRoot: join(dataDir, "agent"), stop };
}

function run(args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bootstrap, ...args], { cwd: repoRoot, env });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.once("error", reject);
    child.once("exit", (code) => {
      const output = Buffer.concat(chunks).toString("utf8");
      if (code === 0) resolve(output);
      else reject(new Error(`npm run ${args.join(" ")} ended with ${code}:\n${output}`));
    });
  });
}
