import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeKeyFile } from "../../lib/signing/key-file.ts";
import { makePrivateKey, signerOf } from "../../lib/signing/signer.ts";
import { InputError, type Outcome } from "./outcome.ts";
import { type KeyRole, publicKeySuffix } from "./public-key-file.ts";
import { explainFile, readPassphrase } from "./read-input.ts";
import { createPublicKey } from "./write-public-key.ts";

export type MakeKeyOptions = {
  out: string;
  role: KeyRole;
  name?: string;
  passphraseFile?: string;
};

/** Makes a key pair: <role>[-<name>].pem, readable by its owner only, and its public half beside it. */
export async function makeKey(options: MakeKeyOptions, nowMs: number): Promise<Outcome> {
  const { out, role, name } = options;
  if (name !== undefined && !/^[a-z0-9][a-z0-9._-]{0,62}$/.test(name))
    throw new InputError(`--name ${name}: lower-case letters, digits and . _ - only`);
  const passphrase = await readPassphrase(options.passphraseFile);
  const base = join(out, name === undefined ? role : `${role}-${name}`);
  const key = makePrivateKey();
  const signer = await signerOf(key);
  const publicPath = `${base}${publicKeySuffix}`;
  try {
    await mkdir(out, { recursive: true, mode: 0o700 });
    // The private half first: a public key without it would be a key that nobody can use.
    await writeKeyFile(`${base}.pem`, key, passphrase);
  } catch (error) {
    throw explainFile(error, base);
  }
  await createPublicKey(publicPath, signer, { role, name: name ?? role, madeAtMs: nowMs });
  const { keyId } = signer;
  return {
    data: { keyId, role, privateKey: `${base}.pem`, publicKey: publicPath },
    lines: [
      `${role} key ${keyId}`,
      `  ${base}.pem  keep it here, and a copy in a safe place`,
      `  ${publicPath}  give it to whoever keeps the root document`,
    ],
  };
}
