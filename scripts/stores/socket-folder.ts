import { createHash } from "node:crypto";
import { lstatSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../user-error.ts";

/** A Unix socket's path may have 107 bytes; the longest name that we append is "/mariadb.sock". */
const folderBytesMax = 90;

/** Where the sockets of a store folder are: in it, or in a short private folder if its path is too long. */
export function socketFolder(storeFolder: string): string {
  if (Buffer.byteLength(storeFolder) <= folderBytesMax) return storeFolder;
  const hash = createHash("sha256").update(storeFolder).digest("hex").slice(0, 12);
  const folder = join(tmpdir(), `ifrit-${hash}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stats = lstatSync(folder);
  const foreign = process.getuid !== undefined && stats.uid !== process.getuid();
  if (!stats.isDirectory() || foreign || (stats.mode & 0o077) !== 0)
    throw new UserError(
      `${folder}, the folder for sockets, belongs to somebody else or is open to others.`,
      "Remove it, or choose a shorter data folder with IFRIT_DATA_DIR.",
    );
  return folder;
}
