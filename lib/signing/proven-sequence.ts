import { FreshnessStatement } from "../contract/director-statement.ts";
import { payloadTypes } from "../contract/dsse.ts";
import { parseStatement } from "../contract/verify-encoding.ts";
import { verifyEnvelope } from "../contract/verify-envelope.ts";
import { decodePublicKey } from "../contract/verify-keys.ts";
import { TrustError } from "../contract/verify-refusal.ts";
import type { Signer } from "./signer.ts";

/**
 * What a machine that refuses us as a rollback has seen: it sends the freshness statement that it
 * holds back to us. Only our own signature counts, so a machine can prove what was signed, but cannot
 * push the sequence up. null: it proves nothing.
 */
export async function provenSequence(
  text: string,
  clusterId: string,
  own: Pick<Signer, "keyId" | "publicKey">,
): Promise<number | null> {
  const keys = [{ keyId: own.keyId, publicKey: decodePublicKey(own.publicKey) }];
  try {
    const { payload } = await verifyEnvelope(text, payloadTypes.freshness, { keys, threshold: 1 });
    const statement = parseStatement("freshness statement", FreshnessStatement, payload);
    return statement.clusterId === clusterId ? statement.sequence : null;
  } catch (error) {
    if (error instanceof TrustError) return null;
    throw error;
  }
}
