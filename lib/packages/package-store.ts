import { join } from "node:path";

/** Where an archive lies: its digest is its name, so it is never overwritten with other bytes. */
export function packagePath(dataDir: string, sha256: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new RangeError("not a sha256");
  return join(packagesFolder(dataDir), `${sha256}.tar.gz`);
}

export function packagesFolder(dataDir: string): string {
  return join(dataDir, "packages");
}

/** Uploads that are not complete. On the same file system, so that the last step is a rename. */
export function incomingFolder(dataDir: string): string {
  return join(packagesFolder(dataDir), "incoming");
}
