import { createFileDurably } from "../../lib/signing/durable-file.ts";
import { readKeyFile } from "../../lib/signing/key-file.ts";
import type { Signer } from "../../lib/signing/signer.ts";
import { InputError, type Outcome } from "./outcome.ts";
import { type KeyRole, type PublicKeyFile, publicKeySuffix } from "./public-key-file.ts";
import { explainFile, readPassphrase } from "./read-input.ts";

export type WritePublicOptions = {
  key: string;
  role: KeyRole;
  name?: string;
  passphraseFile?: string;
};

/** Writes the public half of a private key beside it. */
export async function writePublicKey(options: WritePublicOptions, nowMs: number): Promise<Outcome> {
  const { key, role } = options;
  const signer = await readKeyFile(key, await readPassphrase(options.passphraseFile));
  const path = `${key.replace(/\.pem$/, "")}${publicKeySuffix}`;
  await createPublicKey(path, signer, { role, name: options.name ?? role, madeAtMs: nowMs });
  return {
    data: { keyId: signer.keyId, role, publicKey: path },
    lines: [`${role} key ${signer.keyId}`, `  ${path}`],
  };
}

/** @throws InputError the file is there already */
export async function createPublicKey(
  path: string,
  { keyId, publicKey }: Signer,
  about: Pick<PublicKeyFile, "role" | "name" | "madeAtMs">,
): Promise<void> {
  const file: PublicKeyFile = { schema: 1, ...about, keyId, publicKey };
  await createFileDurably(path, `${JSON.stringify(file, null, 2)}\n`, 0o644).catch((error) => {
    if ((error as NodeJS.ErrnoException).code === "EEXIST")
      throw new InputError(`${path} is there already; keys are never overwritten`);
    throw explainFile(error, path);
  });
}
