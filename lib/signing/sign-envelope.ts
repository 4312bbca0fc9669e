import {
  decodeEnvelope,
  type Envelope,
  type PayloadType,
  parseEnvelope,
} from "../contract/dsse.ts";
import { type Bytes, encodeBase64 } from "../contract/verify-encoding.ts";
import type { Signer } from "./signer.ts";

/** An envelope is one line of ASCII: it fits into a header as it is. */
export async function signEnvelope(
  payloadType: PayloadType,
  statement: object,
  signers: readonly Signer[],
): Promise<string> {
  const payload = new TextEncoder().encode(JSON.stringify(statement));
  let text = JSON.stringify({ payloadType, payload: encodeBase64(payload), signatures: [] });
  for (const signer of signers) text = await addSignature(text, payloadType, signer);
  return text;
}

/**
 * The same envelope with one signature more. A signature of the same key is replaced, so signing twice
 * is harmless. Nothing of the payload is changed: the others' signatures stay good.
 * @throws TrustError too_large · malformed · wrong_type
 */
export async function addSignature(
  text: string,
  payloadType: PayloadType,
  signer: Signer,
): Promise<string> {
  const { signedBytes, signatures } = decodeEnvelope(text, payloadType);
  const envelope: Envelope = {
    payloadType,
    payload: parseEnvelope(text).payload,
    signatures: [
      ...signatures.filter((signature) => signature.keyid !== signer.keyId),
      { keyid: signer.keyId, sig: encodeBase64(await signer.sign(signedBytes)) },
    ],
  };
  const signed = JSON.stringify(envelope);
  parseEnvelope(signed);
  return signed;
}

/** The payload without any check of its signatures: to show it, or to sign it oneself. */
export function unverifiedPayload(text: string, payloadType: PayloadType): Bytes {
  return decodeEnvelope(text, payloadType).payload;
}
