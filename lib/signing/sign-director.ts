import {
  AnchorStatement,
  DocumentStatement,
  FreshnessStatement,
} from "../contract/director-statement.ts";
import { payloadTypes } from "../contract/dsse.ts";
import { signEnvelope } from "./sign-envelope.ts";
import type { Signer } from "./signer.ts";

/* What a master signs, each as one line of ASCII. About 40 µs a signature on one core. */

/** @throws ZodError */
export function signDocument(statement: DocumentStatement, signers: readonly Signer[]) {
  return signEnvelope(payloadTypes.document, DocumentStatement.parse(statement), signers);
}

/** @throws ZodError */
export function signFreshness(statement: FreshnessStatement, signers: readonly Signer[]) {
  return signEnvelope(payloadTypes.freshness, FreshnessStatement.parse(statement), signers);
}

/** @throws ZodError */
export function signAnchor(statement: AnchorStatement, signers: readonly Signer[]) {
  return signEnvelope(payloadTypes.anchor, AnchorStatement.parse(statement), signers);
}
