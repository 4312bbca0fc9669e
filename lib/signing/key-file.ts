import { createPrivateKey, type KeyObject } from "node:crypto";
import { open } from "node:fs/promises";
import { createFileDurably } from "./durable-file.ts";
import { type Signer, signerOf } from "./signer.ts";

/** A private key that cannot be used; the message names the file and says why. */
export class KeyFileError extends Error {
  override readonly name = "KeyFileError";
}

const keyFileBytesMax = 16 * 1024;

/**
 * PKCS#8 in PEM; with a passphrase encrypted (PBES2, AES-256-CBC). Never replaces a file.
 * @throws KeyFileError there is a file already
 */
export async function writeKeyFile(
  path: string,
  key: KeyObject,
  passphrase: string | undefined,
): Promise<void> {
  const encryption = passphrase === undefined ? {} : { cipher: "aes-256-cbc", passphrase };
  const pem = key.export({ type: "pkcs8", format: "pem", ...encryption }).toString();
  try {
    await createFileDurably(path, pem, 0o600);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
    throw new KeyFileError(`${path} is there already; keys are never overwritten`, { cause });
  }
}

/**
 * Reads a private key that only its owner can read.
 * @throws KeyFileError missing, readable by others, not an Ed25519 key, or a wrong passphrase
 */
export async function readKeyFile(path: string, passphrase?: string): Promise<Signer> {
  const pem = await readPrivately(path);
  return signerFromPem(pem, path, passphrase);
}

/** `what` names the key in errors. @throws KeyFileError */
export async function signerFromPem(
  pem: string,
  what: string,
  passphrase?: string,
): Promise<Signer> {
  const encrypted = pem.includes("BEGIN ENCRYPTED PRIVATE KEY");
  if (encrypted && passphrase === undefined)
    throw new KeyFileError(`${what} is encrypted; a passphrase is needed`);
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pem, format: "pem", passphrase });
  } catch (cause) {
    const why = encrypted ? "the passphrase is wrong, or it is damaged" : "it is no private key";
    throw new KeyFileError(`${what} cannot be read: ${why}`, { cause });
  }
  if (key.asymmetricKeyType !== "ed25519")
    throw new KeyFileError(`${what} is a ${key.asymmetricKeyType} key, not an Ed25519 key`);
  return signerOf(key);
}

async function readPrivately(path: string): Promise<string> {
  const file = await open(path, "r").catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === "ENOENT" ? "there is no such file" : cause.message;
    throw new KeyFileError(`${path} cannot be read: ${why}`, { cause });
  });
  try {
    const { mode, size } = await file.stat();
    if (process.platform !== "win32" && (mode & 0o077) !== 0)
      throw new KeyFileError(`${path} can be read by others; chmod 600 ${path}`);
    if (size > keyFileBytesMax) throw new KeyFileError(`${path} is too large for a key`);
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}
