import { FreshnessStatement } from "../contract/director-statement.ts";
import { payloadTypes } from "../contract/dsse.ts";
import { directorKeySet } from "../contract/trust-root.ts";
import { parseStatement } from "../contract/verify-encoding.ts";
import { verifyEnvelope } from "../contract/verify-envelope.ts";
import { decodePublicKey } from "../contract/verify-keys.ts";
import { TrustError } from "../contract/verify-refusal.ts";
import type { OwnTrust } from "./own-trust.ts";

/** A freshness statement that was verified, and what it says. */
export type News = {
  /** The envelope, as machines get it. */
  text: string;
  sequence: number;
  documentSequence: number;
  /** Of the composition that is current. */
  compositionSha256: string;
  issuedAtMs: number;
  expiresAtMs: number;
  keyId: string;
};

/**
 * Reads a freshness statement that comes from Redis or MySQL: only our own director key counts, or one
 * that the root names for the cluster (another master's, while keys are exchanged).
 * @throws TrustError
 */
export async function readNews(
  { root, director }: Pick<OwnTrust, "root" | "director">,
  clusterId: string,
  text: string,
): Promise<News> {
  const named = root ? directorKeySet(root, clusterId).keys : [];
  const own = director
    ? [{ keyId: director.keyId, publicKey: decodePublicKey(director.publicKey) }]
    : [];
  const keys = [...own, ...named.filter(({ keyId }) => keyId !== director?.keyId)];
  const verified = await verifyEnvelope(text, payloadTypes.freshness, { keys, threshold: 1 });
  const statement = parseStatement("freshness statement", FreshnessStatement, verified.payload);
  if (statement.clusterId !== clusterId)
    throw new TrustError("wrong_cluster", `it is signed for cluster ${statement.clusterId}`);
  const { sequence, documentSequence, compositionSha256, issuedAtMs, expiresAtMs } = statement;
  return {
    ...{ text, sequence, documentSequence, compositionSha256, issuedAtMs, expiresAtMs },
    keyId: verified.signedBy[0]!,
  };
}
