import {
  manifestEntryName,
  type PackageFile,
  type PackageManifest,
  packageLimits,
  payloadFolder,
} from "@contract/package-manifest.ts";
import { TrustError } from "@contract/verify-refusal.ts";
import { ChangeError, toChangeError } from "../change-error.ts";
import { parentOf, syncDir, writeAll } from "../platform/durable-file.ts";
import { checkManifest, type ExpectedPackage } from "./check-manifest.ts";
import { type ArchiveEntry, readArchive, toArchiveError } from "./read-archive.ts";

/*
 * tar-stream only parses; everything that touches the disk is here. INVARIANTS:
 * - nothing is written outside `target`, a folder of our own that did not exist before
 * - only regular files whose path, size, digest and mode stand in the manifest; each exactly once
 * - every file is opened with O_EXCL, so that nothing is followed or overwritten
 */
export async function unpackArchive(
  archive: string,
  target: string,
  expected: ExpectedPackage,
): Promise<PackageManifest> {
  await Deno.mkdir(target, { mode: 0o755 });
  try {
    return await unpack(archive, target, expected);
  } catch (error) {
    throw toArchiveError(error);
  }
}

async function unpack(
  archive: string,
  target: string,
  expected: ExpectedPackage,
): Promise<PackageManifest> {
  let state: UnpackState | null = null;
  for await (const entry of readArchive(archive, () => bytesLimit(state?.manifest ?? null))) {
    if (state === null) state = await begin(entry, target, expected);
    else await unpackFile(state, entry);
  }
  if (state === null) throw invalid("the archive is empty");
  const [missing] = state.missing.keys();
  if (missing !== undefined) throw invalid(`${missing} is in the manifest but not in the archive`);
  await writeFile(`${target}/${manifestEntryName}`, state.manifestText, 0o644);
  await syncFolders(target, state.manifest);
  return state.manifest;
}

interface UnpackState {
  target: string;
  manifest: PackageManifest;
  manifestText: Uint8Array<ArrayBuffer>;
  missing: Map<string, PackageFile>;
}

async function begin(
  entry: ArchiveEntry,
  target: string,
  expected: ExpectedPackage,
): Promise<UnpackState> {
  if (entry.header.name !== manifestEntryName)
    throw invalid(`the first entry is not ${manifestEntryName}`);
  requireRegular(entry);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of entry) {
    length += chunk.length;
    if (length > packageLimits.manifestBytesMax) throw invalid("manifest.json is too large");
    chunks.push(chunk);
  }
  const manifestText = concat(chunks, length);
  await requireSigned(manifestText, expected);
  const manifest = checkManifest(new TextDecoder().decode(manifestText), expected);
  return {
    target,
    manifest,
    manifestText,
    missing: new Map(manifest.files.map((file) => [file.path, file])),
  };
}

/** Before a word of it is believed. */
async function requireSigned(
  manifestText: Uint8Array<ArrayBuffer>,
  { manifestSha256 }: ExpectedPackage,
): Promise<void> {
  if (manifestSha256 === undefined) return;
  const digest = await crypto.subtle.digest("SHA-256", manifestText);
  if (new Uint8Array(digest).toHex() === manifestSha256) return;
  throw toChangeError(
    new TrustError("digest_mismatch", "manifest.json is not the one that release keys signed"),
  );
}

async function unpackFile(state: UnpackState, entry: ArchiveEntry): Promise<void> {
  const { name } = entry.header;
  requireRegular(entry);
  if (!name.startsWith(payloadFolder)) throw invalid(`${name} is not below ${payloadFolder}`);
  const path = name.slice(payloadFolder.length);
  const file = state.missing.get(path);
  if (file === undefined) throw invalid(`${name} is not in the manifest, or comes twice`);
  if (entry.header.size !== file.size)
    throw invalid(`${name} has ${entry.header.size} bytes, the manifest says ${file.size}`);
  state.missing.delete(path);
  await writeEntry(entry, file, `${state.target}/${payloadFolder}${path}`);
}

async function writeEntry(entry: ArchiveEntry, file: PackageFile, path: string): Promise<void> {
  await Deno.mkdir(parentOf(path), { recursive: true, mode: 0o755 });
  const mode = file.executable ? 0o755 : 0o644;
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  using output = await Deno.open(path, { write: true, createNew: true, mode });
  let written = 0;
  for await (const chunk of entry) {
    written += chunk.length;
    if (written > file.size) throw invalid(`${file.path} is longer than the manifest says`);
    hash.update(chunk);
    await writeAll(output, chunk);
  }
  if (written !== file.size) throw invalid(`${file.path} ends early`);
  if (hash.digest("hex") !== file.sha256)
    throw invalid(`${file.path} does not have the digest in the manifest`);
  await output.sync();
}

async function writeFile(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  using output = await Deno.open(path, { write: true, createNew: true, mode });
  await writeAll(output, bytes);
  await output.sync();
}

async function syncFolders(target: string, manifest: PackageManifest): Promise<void> {
  const folders = new Set([target]);
  for (const { path } of manifest.files) {
    for (
      let folder = parentOf(`${target}/${payloadFolder}${path}`);
      folder !== target;
      folder = parentOf(folder)
    )
      folders.add(folder);
  }
  for (const folder of [...folders].sort((a, b) => b.length - a.length)) await syncDir(folder);
}

/** "contiguous-file" and the like are also regular, but no tool of ours writes them. */
function requireRegular(entry: ArchiveEntry): void {
  const { type, name, linkname } = entry.header;
  if (type !== "file") throw invalid(`${name} is a ${type}, only regular files are allowed`);
  if (linkname) throw invalid(`${name} is linked to ${linkname}`);
}

/** What an honest archive with this manifest can unpack to, headers and padding included. */
function bytesLimit(manifest: PackageManifest | null): number {
  if (manifest === null) return packageLimits.manifestBytesMax + 64 * 1024;
  const files = manifest.files.reduce(
    (sum, file) => sum + Math.ceil(file.size / 512) * 512 + 4 * 512,
    0,
  );
  return files + packageLimits.manifestBytesMax + 1024 * 1024;
}

function concat(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

function invalid(message: string): ChangeError {
  return new ChangeError("archive_invalid", message);
}
