import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { BuiltPackage } from "../../lib/packages/build-package-archive.ts";
import { buildPackageArchive } from "../../lib/packages/build-package-archive.ts";
import { step } from "../progress.ts";
import { extractRuntime } from "./extract-runtime.ts";
import { type ProgramKind, programFiles, programManifest } from "./program-files.ts";
import { executableName, type Target } from "./targets.ts";

export type Program = { kind: ProgramKind; version: string; bundle: Uint8Array } & (
  | { runtimeArchive: string }
  | { compiledFile: string }
);

/**
 * The archive of one platform: at once what the installer unpacks and the package that is uploaded to
 * upgrade ifrit-agent on machines that have it.
 */
export async function packProgram(
  target: Target,
  program: Program,
  outFolder: string,
): Promise<BuiltPackage> {
  const folder = await mkdtemp(join(outFolder, ".staging-"));
  try {
    const files = join(folder, "files");
    for (const { path, content, executable } of await programFiles(
      target,
      program.kind,
      program.bundle,
    ))
      await write(join(files, path), content, executable);
    await addExecutable(target, program, files);
    const manifest = programManifest(target, program.kind, program.version);
    await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest));
    return await step(`${target.name} packed`, () => buildPackageArchive(folder, outFolder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function addExecutable(target: Target, program: Program, files: string): Promise<void> {
  if ("compiledFile" in program) {
    const file = join(files, executableName("ifrit-agent-program", target));
    await copyFile(program.compiledFile, file);
    await chmod(file, 0o755);
    return;
  }
  const name = executableName("deno", target);
  await extractRuntime(program.runtimeArchive, `package/${name}`, join(files, name));
  await chmod(join(files, name), 0o755);
}

async function write(
  path: string,
  content: string | Uint8Array,
  executable: boolean,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  await chmod(path, executable ? 0o755 : 0o644);
}
