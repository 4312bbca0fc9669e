import { createHash, randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { packageLimits } from "../contract/package-manifest.ts";
import { ProblemError } from "../platform/problem-error.ts";
import { incomingFolder, packagePath } from "./package-store.ts";

/** An archive on disk that nobody can see yet. `discard` after `publish` does nothing. */
export type ReceivedArchive = {
  path: string;
  sha256: string;
  sizeBytes: number;
  publish(): Promise<void>;
  discard(): Promise<void>;
};

/**
 * Streams an upload into the incoming folder while hashing it. Nothing is visible before `publish`,
 * which makes the bytes durable first.
 * @throws ProblemError too_large, storage_full, invalid_request (the upload broke off)
 */
export async function receiveArchive(
  dataDir: string,
  body: AsyncIterable<Uint8Array>,
  bytesMax: number = packageLimits.archiveBytesMax,
): Promise<ReceivedArchive> {
  const part = join(incomingFolder(dataDir), `${randomUUID()}.part`);
  try {
    await mkdir(dirname(part), { recursive: true });
    const { sha256, sizeBytes } = await writePart(part, body, bytesMax);
    return {
      path: part,
      sha256,
      sizeBytes,
      publish: () => publish(part, packagePath(dataDir, sha256)).catch(rethrowFull),
      discard: () => rm(part, { force: true }),
    };
  } catch (error) {
    await rm(part, { force: true });
    return rethrowFull(error);
  }
}

async function writePart(part: string, body: AsyncIterable<Uint8Array>, bytesMax: number) {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const file = await open(part, "wx", 0o600);
  try {
    for await (const chunk of fromClient(body)) {
      sizeBytes += chunk.length;
      if (sizeBytes > bytesMax)
        throw new ProblemError("too_large", `The archive is larger than ${bytesMax} bytes.`);
      hash.update(chunk);
      await writeAll(file, chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { sha256: hash.digest("hex"), sizeBytes };
}

/** Tells a broken connection (the client's) from a failing disk (ours). */
async function* fromClient(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause;
    throw new ProblemError(
      "invalid_request",
      "The upload broke off before its end. Send it again.",
      {
        cause,
      },
    );
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, offset);
    offset += bytesWritten;
  }
}

async function publish(part: string, target: string): Promise<void> {
  await rename(part, target);
  const folder = await open(dirname(target), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function rethrowFull(error: unknown): never {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOSPC" || code === "EDQUOT")
    throw new ProblemError(
      "storage_full",
      "The disk that holds the packages is full. Free space or delete old packages.",
      { cause: error },
    );
  throw error;
}
