import { z } from "zod";
import { type Bytes, decodeBase64 } from "./verify-encoding.ts";
import { TrustError } from "./verify-refusal.ts";

/*
 * DSSE v1 (secure-systems-lab/dsse, protocol.md and envelope.md): signatures are over the exact bytes
 * of the payload together with its type, so nothing has to be written in a canonical form, and a
 * signature made for one kind of statement never counts for another.
 */

export const payloadTypes = {
  root: "application/vnd.ifrit.root.v1+json",
  release: "application/vnd.ifrit.release.v1+json",
  document: "application/vnd.ifrit.director-document.v1+json",
  freshness: "application/vnd.ifrit.director-freshness.v1+json",
  anchor: "application/vnd.ifrit.director-anchor.v1+json",
} as const;
export type PayloadType = (typeof payloadTypes)[keyof typeof payloadTypes];

/** Characters of a whole envelope. The largest, a root with all the keys it may have, is half of that. */
export const envelopeCharsMax = 64 * 1024;
/** Signatures in one envelope: each costs the reader a verification. */
export const signaturesMax = 32;

/** Fields that are not known are ignored, as DSSE wants; ours always name the key. */
export const Envelope = z.object({
  payloadType: z.string().max(200),
  payload: z.string(),
  signatures: z
    .array(z.object({ keyid: z.string().max(200), sig: z.string().max(200) }))
    .max(signaturesMax),
});
export type Envelope = z.infer<typeof Envelope>;

/** An envelope with its payload decoded once: what is verified is what is read afterwards. */
export type SignedBytes = {
  payload: Bytes;
  /** What the signatures are over. */
  signedBytes: Bytes;
  signatures: Envelope["signatures"];
};

/** PAE(type, body) = "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body, lengths in bytes. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Bytes {
  const encoder = new TextEncoder();
  const type = encoder.encode(payloadType);
  const before = encoder.encode(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `);
  const encoded = new Uint8Array(before.length + payload.length);
  encoded.set(before);
  encoded.set(payload, before.length);
  return encoded;
}

/** @throws TrustError too_large · malformed */
export function parseEnvelope(text: string): Envelope {
  if (text.length > envelopeCharsMax)
    throw new TrustError("too_large", `the envelope has more than ${envelopeCharsMax} characters`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new TrustError("malformed", "the envelope is not JSON", { cause });
  }
  const parsed = Envelope.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new TrustError("malformed", "it is not a DSSE envelope");
}

/** Nothing is verified yet. @throws TrustError too_large · malformed · wrong_type */
export function decodeEnvelope(text: string, payloadType: PayloadType): SignedBytes {
  const envelope = parseEnvelope(text);
  if (envelope.payloadType !== payloadType)
    throw new TrustError("wrong_type", `it is not signed as ${payloadType}`);
  const payload = decodeBase64(envelope.payload);
  if (payload === null) throw new TrustError("malformed", "the payload is not strict base64");
  return {
    payload,
    signedBytes: preAuthEncoding(payloadType, payload),
    signatures: envelope.signatures,
  };
}
