import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { Sha256 } from "../../lib/contract/names.ts";
import { decodePublicKey, keyIdOf } from "../../lib/contract/verify-keys.ts";
import { InputError } from "./outcome.ts";
import { explainFile, naming, readJsonInput } from "./read-input.ts";

export const keyRoles = ["root", "release", "director"] as const;
export const KeyRole = z.enum(keyRoles);
export type KeyRole = z.infer<typeof KeyRole>;

/** <role>-<name>.pub.json: the half of a key that may be shown to anybody. */
export const PublicKeyFile = z.object({
  schema: z.literal(1),
  role: KeyRole,
  name: z.string().max(100),
  keyId: Sha256,
  publicKey: z.string().length(44),
  madeAtMs: z.number().int().nonnegative(),
});
export type PublicKeyFile = z.infer<typeof PublicKeyFile>;

export const publicKeySuffix = ".pub.json";

/** @throws InputError also when the id is not the key's */
export async function readPublicKey(path: string): Promise<PublicKeyFile> {
  const key = await readJsonInput(path, PublicKeyFile);
  await naming(path, async () => {
    if ((await keyIdOf(decodePublicKey(key.publicKey))) !== key.keyId)
      throw new InputError(`${path}: the id does not belong to the key`, "malformed");
  });
  return key;
}

/** Public keys for a role. @throws InputError one was made for another role */
export async function readPublicKeys(
  paths: readonly string[],
  role: KeyRole,
): Promise<PublicKeyFile[]> {
  const keys = [];
  for (const path of paths) {
    const key = await readPublicKey(path);
    if (key.role !== role)
      throw new InputError(`${path} was made for the role ${key.role}, not ${role}`);
    keys.push(key);
  }
  return keys;
}

/** The public keys that lie in a folder, by file name. @throws InputError */
export async function listPublicKeys(
  folder: string,
): Promise<{ path: string; key: PublicKeyFile }[]> {
  const names = await readdir(folder).catch((error) => {
    throw explainFile(error, folder);
  });
  const paths = names
    .filter((name) => name.endsWith(publicKeySuffix))
    .sort()
    .map((name) => join(folder, name));
  return Promise.all(paths.map(async (path) => ({ path, key: await readPublicKey(path) })));
}
