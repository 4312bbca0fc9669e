import { createHash, createPrivateKey } from "node:crypto";
import { type Signer, signerOf } from "../signer.ts";

/** RFC 8410 §7: what stands before the 32 bytes of an Ed25519 private key in PKCS#8. */
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");

/** The same key for the same name, so that failures can be repeated. */
export function fixedSigner(name: string): Promise<Signer> {
  const seed = createHash("sha256").update(`ifrit test key ${name}`).digest();
  const key = Buffer.concat([pkcs8Prefix, seed]);
  return signerOf(createPrivateKey({ key, format: "der", type: "pkcs8" }));
}

export function fixedSigners(...names: string[]): Promise<Signer[]> {
  return Promise.all(names.map(fixedSigner));
}
