import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, realpath, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type AgentGrants, denoFlags } from "../../agent/service/permission-flags.ts";
import { renderLauncher } from "../../agent/service/render-launcher.ts";
import { repoRoot } from "../repo-root.ts";
import { bundleAgent } from "./bundle-agent.ts";
import { executableName, hostTarget } from "./targets.ts";

/*
 * ifrit-agent for this very machine, run by the Deno that npm installed. Whoever starts one here (npm
 * run up, tests, benchmarks) takes the permission flags from here, so they never differ.
 */

export interface AgentBuild {
  denoPath: string;
  bundlePath: string;
  sha256: string;
  /** Arguments of Deno up to and including the bundle; ifrit-agent's own follow. */
  denoArguments(grants: AgentGrants): string[];
}

/** The Deno executable that npm installed; npm runs no install script here, so it is taken from the platform package. */
export function findDeno(): string {
  const require = createRequire(import.meta.url);
  const denoRequire = createRequire(require.resolve("deno/package.json"));
  const target = hostTarget();
  if (target === null) throw new Error(`there is no Deno for ${process.platform} ${process.arch}`);
  const folder = dirname(denoRequire.resolve(`${target.runtimePackage}/package.json`));
  return join(folder, executableName("deno", target));
}

export interface BuildOptions {
  outDir?: string;
  /** Instead of the working tree's version. */
  version?: string;
}

/** The bundle, the launcher and the guard in one folder; Deno stays where npm put it. */
export async function buildAgent(options: BuildOptions = {}): Promise<AgentBuild> {
  const outDir = options.outDir ?? join(repoRoot, "dist/agent");
  await mkdir(outDir, { recursive: true });
  const bundlePath = join(await realpath(outDir), "ifrit-agent.js");
  const text = await bundleAgent(options.version);
  await publish(bundlePath, text);
  const agent: AgentBuild = {
    denoPath: findDeno(),
    bundlePath,
    sha256: createHash("sha256").update(text).digest("hex"),
    denoArguments: (grants) => ["run", ...denoFlags(grants), bundlePath],
  };
  await writeScripts(agent, outDir);
  return agent;
}

/** A running ifrit-agent may be reading the file: it is replaced, never written over, and left alone when equal. */
async function publish(path: string, bytes: Uint8Array): Promise<void> {
  const there = await readFile(path).catch(() => null);
  if (there?.equals(bytes)) return;
  await writeFile(`${path}.${process.pid}`, bytes);
  await rename(`${path}.${process.pid}`, path);
}

/** The launcher and the guard, beside the bundle. */
async function writeScripts(agent: AgentBuild, outDir: string): Promise<void> {
  const guard = await readFile(join(repoRoot, "agent/service/ifrit-guard.sh"));
  const launcher = Buffer.from(renderLauncher({ denoPath: agent.denoPath }));
  for (const [name, bytes] of [
    ["ifrit-agent", launcher],
    ["ifrit-guard", guard],
  ] as const) {
    await publish(join(outDir, name), bytes);
    await chmod(join(outDir, name), 0o755);
  }
}
