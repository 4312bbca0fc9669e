import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, realpath, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { type AgentGrants, permissionFlags } from "../agent/service/permission-flags.ts";

/*
 * Bundles agent/main.ts into one file and says how it is run. Whoever starts an ifrit-agent (npm run
 * up, the tests, the launcher written here) takes the permission flags from here, so they never differ.
 */

const repositoryDir = dirname(dirname(fileURLToPath(import.meta.url)));

export interface AgentBuild {
  denoPath: string;
  bundlePath: string;
  sha256: string;
  /** Arguments of Deno up to and including the bundle; ifrit-agent's own follow. */
  denoArguments(grants: AgentGrants): string[];
}

/** Nothing is looked up or fetched: the bundle is the whole program. */
const offlineFlags = ["--no-config", "--no-lock", "--no-remote", "--no-npm", "--cached-only"];

/** The Deno executable that npm installed; npm runs no install script here, so it is taken from the platform package. */
export function findDeno(): string {
  const require = createRequire(import.meta.url);
  const denoRequire = createRequire(require.resolve("deno/package.json"));
  const names: Record<string, string> = {
    "linux-x64": "linux-x64-glibc",
    "linux-arm64": "linux-arm64-glibc",
    "darwin-x64": "darwin-x64",
    "darwin-arm64": "darwin-arm64",
    "win32-x64": "win32-x64",
    "win32-arm64": "win32-arm64",
  };
  const platform = names[`${process.platform}-${process.arch}`];
  if (platform === undefined)
    throw new Error(`there is no Deno for ${process.platform} ${process.arch}`);
  const folder = dirname(denoRequire.resolve(`@deno/${platform}/package.json`));
  return join(folder, process.platform === "win32" ? "deno.exe" : "deno");
}

export async function buildAgent(options: { outDir?: string } = {}): Promise<AgentBuild> {
  const outDir = options.outDir ?? join(repositoryDir, "dist/agent");
  await mkdir(outDir, { recursive: true });
  const bundlePath = join(await realpath(outDir), "ifrit-agent.js");
  const text = await bundle();
  await publish(bundlePath, text);
  const agent: AgentBuild = {
    denoPath: findDeno(),
    bundlePath,
    sha256: createHash("sha256").update(text).digest("hex"),
    denoArguments: (grants) => ["run", ...offlineFlags, ...permissionFlags(grants), bundlePath],
  };
  await writeLauncher(agent, outDir);
  return agent;
}

async function bundle(): Promise<Uint8Array> {
  const result = await build({
    absWorkingDir: repositoryDir,
    entryPoints: ["agent/main.ts"],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "esnext",
    legalComments: "eof",
    alias: { "@contract": join(repositoryDir, "lib/contract") },
    define: { IFRIT_FAILPOINTS_ENABLED: "false" },
    // tar-stream is CommonJS and requires node's own modules.
    banner: {
      js: 'import { createRequire as ifritCreateRequire } from "node:module"; const require = ifritCreateRequire("file:///");',
    },
    logLevel: "silent",
  });
  return result.outputFiles[0]!.contents;
}

/** A running ifrit-agent may be reading the file: it is replaced, never written over, and left alone when equal. */
async function publish(path: string, bytes: Uint8Array): Promise<void> {
  const there = await readFile(path).catch(() => null);
  if (there?.equals(bytes)) return;
  await writeFile(`${path}.${process.pid}`, bytes);
  await rename(`${path}.${process.pid}`, path);
}

/** ifrit-agent for people at a shell: the root and the master are read from the arguments and from config.json. */
async function writeLauncher(agent: AgentBuild, outDir: string): Promise<void> {
  const [, ...flags] = agent.denoArguments({
    root: "/IFRIT_ROOT",
    masterUrl: "http://ifrit-master:1",
    read: ["/IFRIT_TOKEN_FILE"],
  });
  const words = flags
    .map(
      (flag) =>
        `"${flag.replaceAll("/IFRIT_ROOT", "$root").replaceAll("ifrit-master:1", "$master").replaceAll("/IFRIT_TOKEN_FILE", "$token")}"`,
    )
    .join(" ");
  const text = `#!/bin/sh
# Runs ifrit-agent with the narrowest permissions. Written by scripts/agent-build.ts.
root=/var/lib/ifrit master=localhost token=/dev/null previous=
for word in "$@"; do
  case $previous in --root) root=$word ;; --master) master=$word ;; --token-file) token=$word ;; esac
  case $word in --root=*) root=\${word#*=} ;; --master=*) master=\${word#*=} ;; --token-file=*) token=\${word#*=} ;; esac
  previous=$word
done
if [ "$master" = localhost ] && [ -r "$root/config.json" ]; then
  master=$(sed -n 's/.*"masterUrl": *"\\([^"]*\\)".*/\\1/p' "$root/config.json")
fi
root=$(realpath -m -- "$root") token=$(realpath -m -- "$token")
master=\${master#*://} master=\${master%%/*}
exec "\${IFRIT_DENO:-${agent.denoPath}}" run ${words} "$@"
`;
  const path = join(outDir, "ifrit-agent");
  await publish(path, Buffer.from(text));
  await chmod(path, 0o755);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const agent = await buildAgent();
  console.log(`${agent.bundlePath}\nsha256 ${agent.sha256}`);
}
