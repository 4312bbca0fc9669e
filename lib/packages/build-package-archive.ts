import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { pack as createPack, type Pack } from "tar-stream";
import {
  manifestEntryName,
  PackageManifest,
  packageLimits,
  payloadFolder,
} from "../contract/package-manifest.ts";
import { checkCommands } from "./check-commands.ts";
import { listPayload } from "./list-payload.ts";
import { packageInvalid, zodIssues } from "./package-invalid.ts";
import { readPackageSource } from "./read-package-source.ts";

export type BuiltPackage = { path: string; manifest: PackageManifest; sizeBytes: number };

/**
 * Builds `<name>-<version>-<platforms>.tar.gz` in `outFolder` from a folder with a manifest and
 * `files/`. The same folder gives the same bytes: entries are sorted, times and owners are zero.
 * @throws ProblemError package_invalid, with file and reason.
 */
export async function buildPackageArchive(
  folder: string,
  outFolder: string,
): Promise<BuiltPackage> {
  const manifest = await describePackage(folder);
  const name = `${manifest.name}-${manifest.version}-${manifest.platforms.join("+")}.tar.gz`;
  await mkdir(outFolder, { recursive: true });
  const path = join(outFolder, name);
  const part = `${path}.part`;
  try {
    await writeArchive(manifest, join(folder, "files"), part);
    const { size } = await stat(part);
    if (size > packageLimits.archiveBytesMax)
      throw packageInvalid([
        { path: name, message: `is ${size} bytes; at most ${packageLimits.archiveBytesMax} go` },
      ]);
    await rename(part, path);
    return { path, manifest, sizeBytes: size };
  } finally {
    await rm(part, { force: true });
  }
}

async function describePackage(folder: string): Promise<PackageManifest> {
  const source = await readPackageSource(folder);
  const files = await listPayload(join(folder, "files"));
  const platforms = [...new Set(source.platforms)].sort();
  const parsed = PackageManifest.safeParse({ ...source, platforms, files });
  if (!parsed.success) throw packageInvalid(zodIssues(parsed.error));
  const issues = checkCommands(parsed.data);
  if (issues.length > 0) throw packageInvalid(issues);
  return parsed.data;
}

async function writeArchive(
  manifest: PackageManifest,
  filesFolder: string,
  target: string,
): Promise<void> {
  const pack = createPack();
  const written = pipeline(
    pack,
    createGzip({ level: 9 }),
    withoutOperatingSystem(),
    createWriteStream(target),
  );
  // Both are awaited: a failing write must not leave the other half hanging.
  await Promise.all([written, fillPack(pack, manifest, filesFolder).catch((e) => pack.destroy(e))]);
}

async function fillPack(pack: Pack, manifest: PackageManifest, filesFolder: string): Promise<void> {
  pack.entry(entryHeader(manifestEntryName, false), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const file of manifest.files) {
    const header = { ...entryHeader(payloadFolder + file.path, file.executable), size: file.size };
    // tar-stream checks that exactly `size` bytes come: a file that changes meanwhile is refused.
    await new Promise<void>((resolve, reject) => {
      const entry = pack.entry(header, (error) => (error ? reject(error) : resolve()));
      pipeline(createReadStream(join(filesFolder, file.path)), entry).catch(reject);
    });
  }
  pack.finalize();
}

function entryHeader(name: string, executable: boolean) {
  return { name, mode: executable ? 0o755 : 0o644, mtime: new Date(0), uid: 0, gid: 0 };
}

/** zlib writes the operating system into byte 9 of the gzip header; 255 means unknown (RFC 1952). */
function withoutOperatingSystem(): Transform {
  let offset = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const index = 9 - offset;
      if (index >= 0 && index < chunk.length) chunk[index] = 255;
      offset += chunk.length;
      done(null, chunk);
    },
  });
}
