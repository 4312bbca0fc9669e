import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { ifritAgentVersion } from "../../agent/version.ts";
import type { AgentIndex, IndexedArchive } from "../../lib/contract/agent-index.ts";
import { say } from "../say.ts";
import { UserError } from "../user-error.ts";
import { digestOf, writeIndex } from "./archive-index.ts";
import { findDeno } from "./build-program.ts";
import { bundleAgent } from "./bundle-agent.ts";
import { compileProgram } from "./compile-program.ts";
import { fetchRuntime, lockedRuntime } from "./fetch-runtime.ts";
import { type Program, packProgram } from "./pack-program.ts";
import { executableName, type Target } from "./targets.ts";

export type BuildMode = "auto" | "compile" | "runtime";

export type ArchiveOptions = {
  targets: readonly Target[];
  mode: BuildMode;
  outFolder: string;
  /** Downloads are kept here. */
  cacheFolder: string;
  denortFolder?: string | undefined;
  /** Instead of the working tree's. */
  version?: string | undefined;
};

type Build = Omit<ArchiveOptions, "version"> & {
  version: string;
  bundle: Uint8Array;
  bundlePath: string;
  workFolder: string;
};

/** The archives of all chosen targets, their index, checksums and installers in one folder. */
export async function buildArchives(options: ArchiveOptions): Promise<AgentIndex> {
  await mkdir(options.outFolder, { recursive: true });
  const outFolder = await realpath(options.outFolder);
  await mkdir(options.cacheFolder, { recursive: true });
  const workFolder = await mkdtemp(join(options.cacheFolder, "work-"));
  try {
    const version = options.version ?? ifritAgentVersion;
    const bundle = await bundleAgent(options.version);
    const bundlePath = join(workFolder, "ifrit-agent.js");
    await writeFile(bundlePath, bundle);
    const build = { ...options, outFolder, version, bundle, bundlePath, workFolder };
    const compiled = options.mode === "runtime" ? null : await compileAll(build);
    const made: IndexedArchive[] = [];
    for (const target of options.targets)
      made.push(await buildArchive(build, target, compiled?.get(target) ?? null));
    return await writeIndex(outFolder, made);
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

async function buildArchive(
  build: Build,
  target: Target,
  compiledFile: string | null,
): Promise<IndexedArchive> {
  const kind = compiledFile === null ? "runtime" : "compile";
  const { version, bundle } = build;
  const program: Program =
    compiledFile === null
      ? { kind, version, bundle, runtimeArchive: await runtimeOf(build, target) }
      : { kind, version, bundle, compiledFile };
  const { path, sizeBytes, manifest } = await packProgram(target, program, build.outFolder);
  return {
    ...{ platform: target.platform, version, mode: kind, sizeBytes },
    file: basename(path),
    sha256: (await digestOf(path))!,
    unpackedBytes: manifest.files.reduce((sum, file) => sum + file.size, 0),
  };
}

/** All targets or none, so that one build is of one kind. null: `auto` goes on without, saying why. */
async function compileAll(build: Build): Promise<Map<Target, string> | null> {
  const files = new Map<Target, string>();
  try {
    for (const target of build.targets) {
      const outFile = join(build.workFolder, executableName(target.name, target));
      await compileProgram(target, {
        ...{ denoPath: findDeno(), bundlePath: build.bundlePath, outFile, version: build.version },
        ...{ denortFolder: build.denortFolder, cacheFolder: join(build.cacheFolder, "deno") },
      });
      files.set(target, outFile);
    }
    return files;
  } catch (error) {
    if (build.mode === "compile" || !(error instanceof UserError)) throw error;
    say(`! ${error.message}`);
    say(
      "  So the archives get Deno's whole runtime from npm; --mode compile would have stopped here.",
    );
    return null;
  }
}

async function runtimeOf(build: Build, target: Target): Promise<string> {
  return fetchRuntime(await lockedRuntime(target), join(build.cacheFolder, "runtimes"));
}
