import { type Bytes, decodeBase64, sha256Hex } from "./verify-encoding.ts";
import { TrustError } from "./verify-refusal.ts";

/** A key whose signatures count, as a root document names it. */
export type TrustedKey = { keyId: string; publicKey: Bytes };

/** Bytes of a raw Ed25519 public key (RFC 8032 §5.1.5). */
const publicKeyBytes = 32;

/**
 * y coordinates of the points of small order, little endian, sign bit cleared. For such a "key"
 * signatures can be made that fit many messages, and libraries disagree on them.
 */
const smallOrder = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);

/**
 * Reads a raw Ed25519 public key in base64. One point has one spelling, so one key has one id.
 * @throws TrustError malformed
 */
export function decodePublicKey(text: string): Bytes {
  const bytes = decodeBase64(text);
  if (bytes === null || bytes.length !== publicKeyBytes)
    throw new TrustError("malformed", "a public key is not 32 bytes in base64");
  const y = bytes.slice();
  y[31]! &= 0x7f;
  const hex = [...y].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  // p = 2^255 - 19 is edff…ff7f: from there on a coordinate has a second, smaller spelling.
  const beyondField = y[0]! >= 0xed && /^..(?:ff){30}7f$/.test(hex);
  if (beyondField || smallOrder.has(hex))
    throw new TrustError("malformed", "a public key is not a point that anybody can own");
  return bytes;
}

/** A key's id: sha256 of the raw public key, lower-case hex. */
export function keyIdOf(publicKey: Bytes): Promise<string> {
  return sha256Hex(publicKey);
}
