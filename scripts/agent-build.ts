import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, realpath, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build, type Plugin } from "esbuild";
import { type AgentGrants, denoFlags } from "../agent/service/permission-flags.ts";
import { renderLauncher } from "../agent/service/render-launcher.ts";

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

export interface BuildOptions {
  outDir?: string;
  /** Instead of the working tree's version. */
  version?: string;
}

export async function buildAgent(options: BuildOptions = {}): Promise<AgentBuild> {
  const outDir = options.outDir ?? join(repositoryDir, "dist/agent");
  await mkdir(outDir, { recursive: true });
  const bundlePath = join(await realpath(outDir), "ifrit-agent.js");
  const text = await bundle(options.version);
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

async function bundle(version: string | undefined): Promise<Uint8Array> {
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
    define: {
      IFRIT_FAILPOINTS_ENABLED: "false",
      ...(version === undefined ? {} : { IFRIT_AGENT_VERSION: JSON.stringify(version) }),
    },
    // tar-stream is CommonJS and requires node's own modules; they are loaded with the first archive.
    banner: { js: "const require = (name) => globalThis.process.getBuiltinModule(name);" },
    minifySyntax: true,
    minifyWhitespace: true,
    plugins: [onlyEnglish, onlyUsedZod],
    logLevel: "silent",
  });
  return result.outputFiles[0]!.contents;
}

/** zod brings its messages in fifty languages; ifrit-agent's log is in one. */
const onlyEnglish: Plugin = {
  name: "only-english",
  setup({ onLoad }) {
    onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
  },
};

/** `import { z }` brings all of zod; a namespace only what is used of it: 4 MiB less in memory on every machine. */
const onlyUsedZod: Plugin = {
  name: "only-used-zod",
  setup({ onLoad }) {
    onLoad({ filter: /(lib[\\/]contract|[\\/]agent)[\\/].*\.ts$/ }, async ({ path }) => ({
      loader: "ts",
      contents: (await readFile(path, "utf8")).replace(
        /^import \{ z \} from "zod";$/m,
        'import * as z from "zod";',
      ),
    }));
  },
};

/** A running ifrit-agent may be reading the file: it is replaced, never written over, and left alone when equal. */
async function publish(path: string, bytes: Uint8Array): Promise<void> {
  const there = await readFile(path).catch(() => null);
  if (there?.equals(bytes)) return;
  await writeFile(`${path}.${process.pid}`, bytes);
  await rename(`${path}.${process.pid}`, path);
}

/** The launcher and the guard, beside the bundle. */
async function writeScripts(agent: AgentBuild, outDir: string): Promise<void> {
  const guard = await readFile(join(repositoryDir, "agent/service/ifrit-guard.sh"));
  const launcher = Buffer.from(renderLauncher({ denoPath: agent.denoPath }));
  for (const [name, bytes] of [
    ["ifrit-agent", launcher],
    ["ifrit-guard", guard],
  ] as const) {
    await publish(join(outDir, name), bytes);
    await chmod(join(outDir, name), 0o755);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({
    options: { out: { type: "string" }, version: { type: "string" } },
  });
  const agent = await buildAgent({ outDir: values.out, version: values.version });
  console.log(`${agent.bundlePath}\nsha256 ${agent.sha256}`);
}
