import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { KeyFileError, readKeyFile, writeKeyFile } from "../signing/key-file.ts";
import { makePrivateKey, type Signer } from "../signing/signer.ts";

/** Apart from the database, so that whoever can write every row still cannot sign for them. */
export function auditKeyPath(dataDir: string): string {
  return join(dataDir, "trust", "audit.pem");
}

const known = new Map<string, Promise<Signer>>();

/**
 * The Ed25519 key that signs the ends of the audit chain; made at the first write. Instances with one
 * database need the same file.
 * @throws KeyFileError: a key that cannot be used is never replaced
 */
export function loadAuditKey(dataDir: string): Promise<Signer> {
  const path = auditKeyPath(dataDir);
  let key = known.get(path);
  if (!key) {
    key = readOrMake(dataDir, path);
    known.set(path, key);
    key.catch(() => known.delete(path));
  }
  return key;
}

async function readOrMake(dataDir: string, path: string): Promise<Signer> {
  try {
    return await readKeyFile(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
  await mkdir(join(dataDir, "trust"), { recursive: true, mode: 0o700 });
  await writeKeyFile(path, makePrivateKey(), undefined).catch((error) => {
    if (codeOf(error) !== "EEXIST") throw error;
  });
  return readKeyFile(path);
}

function codeOf(error: unknown): string | undefined {
  const cause = error instanceof KeyFileError ? error.cause : undefined;
  return (cause as NodeJS.ErrnoException | undefined)?.code;
}
