import { createReadStream, createWriteStream } from "node:fs";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract as createExtract, type Header } from "tar-stream";

/** Writes the one file `entryName` of an npm archive to `target`. */
export async function extractRuntime(
  archive: string,
  entryName: string,
  target: string,
): Promise<void> {
  const extract = createExtract();
  const reading = pipeline(createReadStream(archive), createGunzip(), extract);
  reading.catch(() => {}); // awaited below; until then it must not count as unhandled
  let found = false;
  for await (const entry of extract as AsyncIterable<Readable & { header: Header }>) {
    if (entry.header.name === entryName && entry.header.type === "file") {
      await pipeline(entry, createWriteStream(target, { mode: 0o755 }));
      found = true;
    } else entry.resume();
  }
  await reading;
  if (!found) throw new Error(`${archive} holds no ${entryName}`);
}
