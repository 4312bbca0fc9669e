import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { PackageRef } from "@contract/desired-state.ts";
import { manifestEntryName, PackageManifest, payloadFolder } from "@contract/package-manifest.ts";
import { platforms } from "@contract/platform.ts";
import { type Header, pack } from "tar-stream";
import type { z } from "zod";

export interface BuiltPackage {
  bytes: Uint8Array;
  ref: PackageRef;
  manifest: PackageManifest;
  /** Of manifest.json as it lies in the archive. */
  manifestSha256: string;
}

export interface PackageFileSource {
  text: string | Uint8Array;
  executable?: boolean;
}

/** A package as the packaging tool makes it. Files with a "#!" line are executable unless told otherwise. */
export async function buildPackage(
  source: Partial<z.input<typeof PackageManifest>> & { name: string; version: string },
  files: Record<string, PackageFileSource | string>,
): Promise<BuiltPackage> {
  const payload = Object.entries(files).map(([path, file]) => {
    const { text, executable } =
      typeof file === "string" ? { text: file, executable: undefined } : file;
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    const isScript = bytes[0] === 0x23 && bytes[1] === 0x21;
    return { path, bytes, executable: executable ?? isScript };
  });
  const manifest = PackageManifest.parse({
    schema: 1,
    platforms: [...platforms],
    start: { command: [`./${payload[0]?.path}`] },
    settleSeconds: 0,
    ...source,
    files: payload.map(({ path, bytes, executable }) => ({
      path,
      size: bytes.length,
      sha256: sha256(bytes),
      executable,
    })),
  });
  const manifestBytes = new TextEncoder().encode(JSON.stringify(manifest));
  const entries = [
    { name: manifestEntryName, bytes: manifestBytes },
    ...payload.map(({ path, bytes }) => ({ name: `${payloadFolder}${path}`, bytes })),
  ];
  const bytes = gzipSync(await tarOf(entries));
  const ref = { sha256: sha256(bytes), size: bytes.length };
  return { bytes, manifest, manifestSha256: sha256(manifestBytes), ref };
}

export async function tarOf(
  entries: readonly (Partial<Header> & { name: string; bytes?: Uint8Array })[],
): Promise<Uint8Array> {
  const archive = pack();
  for (const { bytes, ...header } of entries) archive.entry(header, bytes ?? new Uint8Array());
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
