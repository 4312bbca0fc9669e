import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPackageArchive } from "../packages/build-package-archive.ts";

/** The bytes of a real package with one small program. */
export async function buildArchive(name: string, version: string): Promise<Buffer> {
  const source = await mkdtemp(join(tmpdir(), "ifrit-archive-"));
  try {
    await mkdir(join(source, "files"));
    const manifest = { schema: 1, name, version, platforms: ["linux-x64"] };
    const start = { command: ["./run"] };
    await writeFile(join(source, "manifest.json"), JSON.stringify({ ...manifest, start }));
    await writeFile(join(source, "files/run"), `#!/bin/sh\n# ${name} ${version}\nsleep 1000\n`);
    await chmod(join(source, "files/run"), 0o755);
    return await readFile((await buildPackageArchive(source, source)).path);
  } finally {
    await rm(source, { recursive: true, force: true });
  }
}
