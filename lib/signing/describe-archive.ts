import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { PassThrough, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract as createExtract } from "tar-stream";
import type { PackageManifest } from "../contract/package-manifest.ts";
import type { ReleaseStatement } from "../contract/release-statement.ts";
import { packageInvalid } from "../packages/package-invalid.ts";
import { readPackageArchive } from "../packages/read-package-archive.ts";

/** What an archive itself says; the rest of a release statement is the signer's word. */
export type DescribedArchive = Pick<
  ReleaseStatement,
  "agent" | "version" | "platforms" | "sha256" | "size" | "manifestSha256"
>;

/**
 * Reads an archive as strictly as an upload does, so that nothing is signed that nobody would take.
 * @throws ProblemError package_invalid · ENOENT and other file errors
 */
export async function describeArchive(path: string): Promise<DescribedArchive> {
  const inspected = await withDigest<PackageManifest>(path, readPackageArchive);
  const first = await withDigest<string>(path, firstEntryDigest);
  if (first.sha256 !== inspected.sha256)
    throw packageInvalid([{ path, message: "changed while it was read" }]);
  const { name, version, platforms } = inspected.result;
  return {
    agent: name,
    version,
    platforms,
    sha256: inspected.sha256,
    size: inspected.size,
    manifestSha256: first.result,
  };
}

/** Reads the file to its end, whatever `read` leaves over. */
async function withDigest<T>(path: string, read: (archive: PassThrough) => Promise<T>) {
  const hash = createHash("sha256");
  let size = 0;
  const digest = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  const archive = new PassThrough();
  const streamed = pipeline(createReadStream(path), digest, archive);
  streamed.catch(() => {}); // awaited below; until then it must not count as unhandled
  const result = await read(archive);
  archive.resume();
  await streamed;
  return { result, sha256: hash.digest("hex"), size };
}

/** sha256 of the first entry, which is the manifest: readPackageArchive has made sure of that. */
async function firstEntryDigest(archive: PassThrough): Promise<string> {
  const hash = createHash("sha256");
  const extract = createExtract();
  let isFirst = true;
  const reading = (async () => {
    for await (const entry of extract) {
      for await (const chunk of entry) if (isFirst) hash.update(chunk as Buffer);
      isFirst = false;
    }
  })();
  await Promise.all([pipeline(archive, createGunzip(), extract), reading]);
  return hash.digest("hex");
}
