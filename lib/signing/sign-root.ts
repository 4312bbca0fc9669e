import { payloadTypes } from "../contract/dsse.ts";
import { readTrustRoot, TrustRoot } from "../contract/trust-root.ts";
import { signEnvelope } from "./sign-envelope.ts";
import type { Signer } from "./signer.ts";

/**
 * A root document in its envelope; without signers a draft for others to sign.
 * @throws ZodError · TrustError malformed: it does not hold together
 */
export async function signRoot(root: TrustRoot, signers: readonly Signer[]): Promise<string> {
  const document = TrustRoot.parse(root);
  await readTrustRoot(new TextEncoder().encode(JSON.stringify(document)), "");
  return signEnvelope(payloadTypes.root, document, signers);
}
