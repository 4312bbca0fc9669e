import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { KeyFileError, readKeyFile, signerFromPem, writeKeyFile } from "./key-file.ts";
import { makePrivateKey, type Signer } from "./signer.ts";

/** Where a master keeps the director key that it made itself. */
export function directorKeyPath(dataDir: string): string {
  return join(dataDir, "trust", "director.pem");
}

/**
 * The master's director key. `pem` (IFRIT_DIRECTOR_KEY, or the file that IFRIT_DIRECTOR_KEY_FILE
 * names) is for several masters of one cluster, which must share one. Without it the key lies in the
 * data folder and is made at the first start; of masters that start at once one makes it, and the
 * others take that one. It signs for nobody until a root document names it.
 * @throws KeyFileError: a key that is there but cannot be used is never replaced by a new one
 */
export async function loadDirectorKey(given: {
  dataDir: string;
  pem?: string | undefined;
}): Promise<Signer> {
  if (given.pem !== undefined) return signerFromPem(given.pem, "IFRIT_DIRECTOR_KEY");
  const path = directorKeyPath(given.dataDir);
  await mkdir(join(given.dataDir, "trust"), { recursive: true, mode: 0o700 });
  try {
    return await readKeyFile(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  await writeKeyFile(path, makePrivateKey(), undefined).catch((error) => {
    if (!isThere(error)) throw error;
  });
  return readKeyFile(path);
}

function isMissing(error: unknown): boolean {
  return error instanceof KeyFileError && codeOf(error.cause) === "ENOENT";
}

function isThere(error: unknown): boolean {
  return error instanceof KeyFileError && codeOf(error.cause) === "EEXIST";
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
