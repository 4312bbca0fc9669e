import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { deriveSecret } from "../platform/secrets.ts";

/*
 * The secret by which a manage may give orders to one cluster's master. The master keeps a hash, the
 * manage keeps it sealed under a key that is not in the database.
 */

const prefix = "ifm1_";

export function makeCredential(): string {
  return prefix + randomBytes(32).toString("base64url");
}

/** Plain SHA-256 is enough for 256 random bits. */
export function hashCredential(credential: string): string {
  return createHash("sha256").update(credential).digest("hex");
}

/** Bound to its cluster: a sealed credential copied to another row does not open. */
export function sealCredential(ifritSecret: string, clusterId: string, credential: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", keyOf(ifritSecret), iv);
  cipher.setAAD(Buffer.from(clusterId));
  const sealed = Buffer.concat([cipher.update(credential, "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64url");
}

/** @throws Error when IFRIT_SECRET is another one than it was sealed with */
export function openCredential(ifritSecret: string, clusterId: string, sealed: string): string {
  const bytes = Buffer.from(sealed, "base64url");
  const decipher = createDecipheriv("aes-256-gcm", keyOf(ifritSecret), bytes.subarray(0, 12));
  decipher.setAAD(Buffer.from(clusterId));
  decipher.setAuthTag(bytes.subarray(12, 28));
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8");
}

function keyOf(ifritSecret: string): Buffer {
  return deriveSecret(ifritSecret, "master-credential");
}
