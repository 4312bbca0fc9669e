import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import type { Bytes } from "../contract/verify-encoding.ts";
import { decodePublicKey, keyIdOf } from "../contract/verify-keys.ts";

/** Something that can sign: a key in memory, and later perhaps one in a device. */
export type Signer = {
  keyId: string;
  /** Raw, base64. */
  publicKey: string;
  /** Ed25519 over exactly these bytes; 64 bytes. */
  sign(bytes: Bytes): Promise<Bytes>;
};

/** @throws TypeError the key is not an Ed25519 private key */
export async function signerOf(privateKey: KeyObject): Promise<Signer> {
  if (privateKey.type !== "private" || privateKey.asymmetricKeyType !== "ed25519")
    throw new TypeError("not an Ed25519 private key");
  const pkcs8 = new Uint8Array(privateKey.export({ type: "pkcs8", format: "der" }));
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", false, ["sign"]);
  pkcs8.fill(0);
  const publicKey = publicKeyOf(privateKey);
  return {
    publicKey,
    keyId: await keyIdOf(decodePublicKey(publicKey)),
    sign: async (bytes) => new Uint8Array(await crypto.subtle.sign("Ed25519", key, bytes)),
  };
}

export function makePrivateKey(): KeyObject {
  return generateKeyPairSync("ed25519").privateKey;
}

function publicKeyOf(privateKey: KeyObject): string {
  const jwk = createPublicKey(privateKey).export({ format: "jwk" });
  return Buffer.from(jwk.x!, "base64url").toString("base64");
}
