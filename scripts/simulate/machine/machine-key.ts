import { createHmac, createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";

/** What stands before the 32 bytes of an Ed25519 private key in PKCS#8. */
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");

/**
 * The keys of a whole fleet grow from one secret, so that nothing needs to be kept per machine, and
 * a fleet that is played again has the same ones.
 */
export function machineKey(fleetSecret: Buffer, machineId: string): KeyObject {
  const seed = createHmac("sha256", fleetSecret).update(`key ${machineId}`).digest();
  const key = Buffer.concat([pkcs8Prefix, seed]);
  return createPrivateKey({ key, format: "der", type: "pkcs8" });
}

/** Raw, base64url, as it is enrolled. */
export function publicKeyOf(key: KeyObject): string {
  return createPublicKey(key).export({ format: "jwk" }).x as string;
}

export function signText(key: KeyObject, text: string): string {
  return sign(null, Buffer.from(text), key).toString("base64url");
}
