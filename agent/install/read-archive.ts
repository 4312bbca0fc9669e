import type { Transform } from "node:stream";
import type { Header } from "tar-stream";
import { ChangeError } from "../change-error.ts";

export interface ArchiveEntry extends AsyncIterable<Uint8Array> {
  header: Header;
}

/**
 * The entries of a .tar.gz, one after the other; more unpacked bytes than the limit allows end it. Errors
 * also come out of an entry's body: see toArchiveError.
 */
export async function* readArchive(
  path: string,
  bytesLimit: () => number,
): AsyncGenerator<ArchiveEntry> {
  const [{ createReadStream }, { Transform }, { pipeline }, { createGunzip }, { extract }] =
    await loadTools();
  const entries = extract();
  const abort = new AbortController();
  const source = createReadStream(path, { highWaterMark: 256 * 1024 });
  const feeding = pipeline(source, createGunzip(), limitBytes(Transform, bytesLimit), entries, {
    signal: abort.signal,
  });
  // A failure reaches the reader through the entries; here it must only not go unhandled.
  feeding.catch(() => {});
  try {
    for await (const entry of entries) yield entry as ArchiveEntry;
    await feeding;
  } finally {
    abort.abort();
    await feeding.catch(() => {});
  }
}

/** Node's streams take 8 MiB, so they come into memory with the first archive and not before. */
function loadTools() {
  return Promise.all([
    import("node:fs"),
    import("node:stream"),
    import("node:stream/promises"),
    import("node:zlib"),
    import("tar-stream"),
  ]);
}

function limitBytes(Kind: typeof Transform, bytesLimit: () => number): Transform {
  let length = 0;
  return new Kind({
    transform(chunk: Uint8Array, _encoding, done) {
      length += chunk.length;
      if (length > bytesLimit())
        done(
          new ChangeError("archive_invalid", "the archive unpacks to more than its manifest says"),
        );
      else done(null, chunk);
    },
  });
}

/** What went wrong while an archive was read. Errors of the system (a failing disk) keep their own reason. */
export function toArchiveError(error: unknown): unknown {
  if (error instanceof ChangeError) return error;
  if (/^E[A-Z0-9]+$/.test((error as { code?: string } | null)?.code ?? "")) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ChangeError("archive_invalid", `the archive cannot be read: ${message}`);
}
