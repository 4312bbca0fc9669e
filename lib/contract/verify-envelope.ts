import { decodeEnvelope, type PayloadType, type SignedBytes } from "./dsse.ts";
import { type Bytes, decodeBase64 } from "./verify-encoding.ts";
import type { TrustedKey } from "./verify-keys.ts";
import { TrustError } from "./verify-refusal.ts";

/** Keys of a role, and how many of them must have signed. */
export type KeySet = { keys: readonly TrustedKey[]; threshold: number };

/** Bytes that enough keys have signed, and the ids of those keys. */
export type VerifiedBytes = { payload: Bytes; signedBy: string[] };

/**
 * The one way from an envelope's text to bytes that may be believed.
 * @throws TrustError too_large · malformed · wrong_type, and those of requireThreshold
 */
export async function verifyEnvelope(
  text: string,
  payloadType: PayloadType,
  keySet: KeySet,
): Promise<VerifiedBytes> {
  const signed = decodeEnvelope(text, payloadType);
  return { payload: signed.payload, signedBy: await requireThreshold(signed, keySet) };
}

/**
 * k-of-n (DSSE v1 protocol.md; TUF 1.0 §4.2.1): counts keys, not signatures. A key that signed twice,
 * or that stands in the set under two ids, counts once. Signatures of keys that are not in the set,
 * and bad ones beside enough good ones, change nothing. Returns the ids of the keys that signed.
 * @throws TrustError unknown_key · signature_invalid · threshold_not_met
 */
export async function requireThreshold(signed: SignedBytes, keySet: KeySet): Promise<string[]> {
  const good = new Map<string, string>();
  let bad = 0;
  for (const { keyId, publicKey } of keySet.keys) {
    const point = publicKey.join();
    const own = signed.signatures.filter((signature) => signature.keyid === keyId);
    if (own.length === 0 || good.has(point)) continue;
    if (await anyFits(own, publicKey, signed.signedBytes)) good.set(point, keyId);
    else bad += 1;
  }
  if (good.size >= keySet.threshold && good.size > 0) return [...good.values()];
  if (good.size > 0)
    throw new TrustError(
      "threshold_not_met",
      `${good.size} of the ${keySet.threshold} signatures that it needs are there`,
    );
  if (bad > 0) throw new TrustError("signature_invalid", "the signature does not fit the bytes");
  throw new TrustError("unknown_key", "no key that may sign this has signed it");
}

async function anyFits(
  signatures: SignedBytes["signatures"],
  publicKey: Bytes,
  signedBytes: Bytes,
): Promise<boolean> {
  for (const { sig } of signatures) {
    const signature = decodeBase64(sig);
    if (signature?.length === 64 && (await fits(signature, publicKey, signedBytes))) return true;
  }
  return false;
}

/** Ed25519 (RFC 8032 §5.1.7). A key that a runtime cannot read has signed nothing. */
async function fits(signature: Bytes, publicKey: Bytes, signedBytes: Bytes): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", key, signature, signedBytes);
  } catch {
    return false;
  }
}
