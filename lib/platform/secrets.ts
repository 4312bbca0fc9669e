import { hkdfSync } from "node:crypto";

export type SecretPurpose = "session" | "machine-token" | "cron" | "master-credential";

/** One secret per purpose from the one that is configured (HKDF-SHA256, RFC 5869). 32 bytes. */
export function deriveSecret(master: string, purpose: SecretPurpose): Buffer {
  return Buffer.from(hkdfSync("sha256", master, "ifrit", purpose, 32));
}
